package io.byssus.server.settings;

import io.byssus.server.auth.Anonymous;
import io.byssus.server.auth.TokenRules;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Secret;
import io.byssus.server.config.WeakSecret;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** The group auth: who may connect. */
public record AuthConfig(Anonymous anonymous, int tokenBytes, Jwt jwt) {
  static AuthConfig read(Group in) {
    return new AuthConfig(
        in.key(
                "anonymous",
                "Which clients may connect without a token: local (address and page of this"
                    + " machine), everyone or nobody.")
            .oneOf(Anonymous.LOCAL),
        in.key("token-bytes", "Longest token; a longer one is refused unread.")
            .bytes("8KiB", "256B", "8KiB"),
        Jwt.read(
            in.group("jwt", "JSON Web Tokens, signed with HS256; the claim sub is the user.")));
  }

  public record Jwt(
      Optional<Secret> secret,
      Optional<String> issuer,
      Optional<String> audience,
      Duration clockSkew) {
    private static Jwt read(Group in) {
      return new Jwt(
          in.key(
                  "secret",
                  "The key that tokens are signed with, 256 bits at least: the text as it stands,"
                      + " of a file without its line end; or, with base64: in front, the bytes."
                      + " Keep it in a file or in the environment.")
              .maybeSecret("no token is valid"),
          in.key("issuer", "What the claim iss must be.").maybeText("it is not checked", 1, 1000),
          in.key("audience", "What the claim aud must contain.")
              .maybeText("it is not checked", 1, 1000),
          in.key("clock-skew", "How far the clocks of the issuer and of this node may differ.")
              .duration("60s", "0s", "5m"));
    }
  }

  public TokenRules rules() {
    return new TokenRules(
        anonymous,
        jwt.secret().map(secret -> new SecretKeySpec(secret.reveal(), "HmacSHA256")),
        jwt.issuer(),
        jwt.audience(),
        jwt.clockSkew(),
        tokenBytes);
  }

  void check(Constraints rules) {
    jwt.secret()
        .flatMap(WeakSecret::reason)
        .ifPresent(reason -> rules.require(false, reason, "auth.jwt.secret"));
    rules.require(
        anonymous != Anonymous.NOBODY || jwt.secret().isPresent(),
        "no client could connect: auth.anonymous is nobody and auth.jwt.secret is not set",
        "auth.anonymous",
        "auth.jwt.secret");
  }
}
