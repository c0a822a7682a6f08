package io.byssus.server.settings;

import io.byssus.server.auth.Anonymous;
import io.byssus.server.auth.TokenRules;
import io.byssus.server.auth.TrustedIssuer;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The group auth: who may connect. */
public record AuthConfig(Anonymous anonymous, int tokenBytes, Optional<String> cookie, Jwt jwt) {
  private static final String OWN = "auth.jwt";

  static AuthConfig read(Group in) {
    return new AuthConfig(
        in.key(
                "anonymous",
                "Which clients may connect without a token: local (address and page of this"
                    + " machine), everyone or nobody.")
            .oneOf(Anonymous.LOCAL),
        in.key("token-bytes", "Longest token; a longer one is refused unread.")
            .bytes("8KiB", "256B", "8KiB"),
        in.key(
                "cookie",
                "The cookie whose value is the token, for clients that give none in connect nor in"
                    + " Authorization. It counts only for pages of this server or of"
                    + " listen.allowed-origins (* does not count).")
            .maybe(new CookieNameType(), "cookies are not looked at"),
        Jwt.read(
            in.group(
                "jwt",
                "JSON Web Tokens: whose are good. Keys may be combined; each is for one"
                    + " algorithm. Files are read again when they change.")));
  }

  /** Whether some token can be good. */
  public boolean takesTokens() {
    return jwt.own().hasKeys() || jwt.issuers().values().stream().anyMatch(IssuerConfig::hasKeys);
  }

  /**
   * @param own what stands at auth.jwt itself
   * @param issuers further ones, by their names in the configuration
   */
  public record Jwt(
      IssuerConfig own,
      Duration clockSkew,
      Duration jwksRefresh,
      Duration jwksOutage,
      boolean jwksPlainHttp,
      Map<String, IssuerConfig> issuers) {
    public Jwt {
      issuers = Collections.unmodifiableMap(new LinkedHashMap<>(issuers));
    }

    private static Jwt read(Group in) {
      return new Jwt(
          IssuerConfig.read(in),
          in.key("clock-skew", "How far the clocks of an issuer and of this node may differ.")
              .duration("60s", "0s", "5m"),
          in.key(
                  "jwks-refresh",
                  "How often a jwks-url is read. A token with an unknown key makes it be read"
                      + " earlier, but never more often than each 10 seconds.")
              .duration("5m", "10s", "1d"),
          in.key(
                  "jwks-outage",
                  "For how long the keys of a jwks-url stay good when it cannot be read.")
              .duration("1d", "1m", "30d"),
          in.key(
                  "jwks-plain-http",
                  "Whether a jwks-url may begin with http: on other machines too. Whoever stands in"
                      + " between can then give keys of their own.")
              .flag(false),
          in.named(
              "issuers",
              "Further issuers, for tokens of several. Give each a name of your own in place of the"
                  + " asterisk. The claim iss of a token decides which is meant.",
              IssuerConfig::read));
    }
  }

  public TokenRules rules() {
    var issuers = new ArrayList<TrustedIssuer>();
    if (jwt.own().hasKeys()) {
      issuers.add(jwt.own().trusted(OWN, jwt));
    }
    jwt.issuers().forEach((name, issuer) -> issuers.add(issuer.trusted(path(name), jwt)));
    return new TokenRules(anonymous, issuers, jwt.clockSkew(), tokenBytes);
  }

  private static String path(String name) {
    return OWN + ".issuers." + name;
  }

  void check(Constraints rules) {
    jwt.own().check(rules, OWN, jwt.jwksPlainHttp());
    var named = new HashMap<String, String>();
    jwt.issuers()
        .forEach((name, issuer) -> {
          issuer.check(rules, path(name), jwt.jwksPlainHttp());
          issuer.checkListed(rules, path(name));
          issuer.issuer().ifPresent(iss -> checkOnce(rules, named, path(name), iss));
        });
    rules.require(
        anonymous != Anonymous.NOBODY || takesTokens(),
        "no client could connect: auth.anonymous is nobody and auth.jwt.secret is not set",
        "auth.anonymous",
        "auth.jwt.secret");
    rules.require(
        cookie.isEmpty() || takesTokens(),
        "no token can be valid: auth.jwt has no key",
        "auth.cookie",
        "auth.jwt.secret");
  }

  /** Two of one name would be one issuer whose rules are not known. */
  private static void checkOnce(
      Constraints rules, Map<String, String> named, String path, String iss) {
    var other = named.putIfAbsent(iss, path);
    rules.require(
        other == null,
        Problem.quoted(iss) + " is that of " + other + " too; an issuer may have several keys",
        path + ".issuer",
        other + ".issuer");
  }
}
