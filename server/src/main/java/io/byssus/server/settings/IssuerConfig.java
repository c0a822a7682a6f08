package io.byssus.server.settings;

import io.byssus.server.auth.Algorithm;
import io.byssus.server.auth.KeyOrigin;
import io.byssus.server.auth.KeyOrigin.SecretFile;
import io.byssus.server.auth.PemKeys;
import io.byssus.server.auth.TrustedIssuer;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Problem;
import io.byssus.server.config.Secret;
import io.byssus.server.config.SecretType;
import io.byssus.server.config.ValueTypes;
import io.byssus.server.config.WeakSecret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Somebody who makes tokens, and their keys: the group auth.jwt, and each of auth.jwt.issuers. */
public record IssuerConfig(
    Optional<Secret> secret,
    Optional<Secret> previousSecret,
    Optional<Path> publicKey,
    Optional<URI> jwksUrl,
    Optional<Algorithm> algorithm,
    Optional<String> issuer,
    Optional<String> audience,
    String userClaim) {
  private static final int CLAIM_LENGTH = 1000;

  static IssuerConfig read(Group in) {
    return new IssuerConfig(
        in.key(
                "secret",
                "The key that tokens are signed with, 256 bits at least: the text as it stands,"
                    + " of a file without its line end; or, with base64: in front, the bytes."
                    + " Keep it in a file or in the environment.")
            .maybeSecret("no token is signed with one"),
        in.key(
                "previous-secret",
                "The one of before, which stays good while the secret is being changed.")
            .maybeSecret("there is none"),
        in.key(
                "public-key",
                "PEM file with the public keys, or certificates, of those that tokens are signed"
                    + " with: RSA (RS256), P-256 (ES256), P-384 (ES384), P-521 (ES512), Ed25519"
                    + " (EdDSA).")
            .maybe(ValueTypes.FILE, "there is none"),
        in.key("jwks-url", "Where the issuer publishes its keys, as a JSON Web Key Set.")
            .maybe(new HttpUrlType(), "there is none"),
        in.key(
                "algorithm",
                "What the secrets, and the RSA keys that do not say it themselves, are for.")
            .maybe(new AlgorithmType(), "HS256 for a secret, RS256 for RSA"),
        in.key("issuer", "What the claim iss must be.")
            .maybeText("it is not checked", 1, CLAIM_LENGTH),
        in.key("audience", "What the claim aud must contain.")
            .maybeText("it is not checked", 1, CLAIM_LENGTH),
        in.key(
                "user-claim",
                "The claim that names the user: a text, or a whole number, which is then the"
                    + " user of these digits.")
            .text(TrustedIssuer.SUBJECT, 1, 100));
  }

  boolean hasKeys() {
    return secret.isPresent()
        || previousSecret.isPresent()
        || publicKey.isPresent()
        || jwksUrl.isPresent();
  }

  TrustedIssuer trusted(String path, AuthConfig.Jwt jwt) {
    return new TrustedIssuer(path, issuer, audience, userClaim, keys(path, jwt));
  }

  private List<KeyOrigin> keys(String path, AuthConfig.Jwt jwt) {
    var keys = new ArrayList<KeyOrigin>();
    var secrets = algorithm.filter(Algorithm::symmetric).orElse(Algorithm.HS256);
    var rsa = algorithm.filter(Algorithm::rsa).orElse(Algorithm.RS256);
    secret.ifPresent(secret -> keys.add(origin(path + ".secret", secret, secrets)));
    previousSecret.ifPresent(
        secret -> keys.add(origin(path + ".previous-secret", secret, secrets)));
    publicKey.ifPresent(
        file -> keys.add(new KeyOrigin.PublicKeys(path + ".public-key", file, rsa)));
    jwksUrl.ifPresent(url ->
        keys.add(
            new KeyOrigin.Jwks(path + ".jwks-url", url, rsa, jwt.jwksRefresh(), jwt.jwksOutage())));
    return keys;
  }

  private static KeyOrigin origin(String path, Secret secret, Algorithm algorithm) {
    return new KeyOrigin.Secret(
        path,
        algorithm,
        key(secret),
        secret.file().map(file -> new SecretFile(file, () -> strong(SecretType.read(file)))));
  }

  private static SecretKey strong(Secret secret) {
    WeakSecret.reason(secret)
        .ifPresent(reason -> {
          throw new IllegalArgumentException("the secret " + reason);
        });
    return key(secret);
  }

  private static SecretKey key(Secret secret) {
    return new SecretKeySpec(secret.reveal(), "HmacSHA256");
  }

  void checkListed(Constraints rules, String path) {
    rules.require(
        hasKeys(),
        "has no key: set secret, public-key or jwks-url",
        path,
        path + ".secret",
        path + ".public-key",
        path + ".jwks-url");
    rules.require(
        issuer.isPresent(),
        "is missing: among several issuers the claim iss of a token tells whose it is",
        path + ".issuer");
  }

  void check(Constraints rules, String path, boolean plainHttp) {
    checkSecret(rules, path + ".secret", secret);
    checkSecret(rules, path + ".previous-secret", previousSecret);
    publicKey.ifPresent(file -> rules.holds(() -> readable(file), path + ".public-key"));
    jwksUrl.ifPresent(url -> checkUrl(rules, path + ".jwks-url", url, plainHttp));
    algorithm.ifPresent(wanted -> checkAlgorithm(rules, path, wanted));
  }

  private void checkSecret(Constraints rules, String path, Optional<Secret> secret) {
    secret.flatMap(WeakSecret::reason).ifPresent(reason -> rules.require(false, reason, path));
    algorithm
        .filter(Algorithm::symmetric)
        .ifPresent(wanted -> {
          var needed = Integer.parseInt(wanted.toString().substring(2));
          secret.ifPresent(given ->
              rules.require(
                  given.bits() >= needed || WeakSecret.reason(given).isPresent(),
                  "has %d bits; %s needs %d".formatted(given.bits(), wanted, needed),
                  path));
        });
  }

  private static void readable(Path file) {
    try {
      PemKeys.publicKeys(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("the file cannot be read", e);
    }
  }

  private static void checkUrl(Constraints rules, String path, URI url, boolean plainHttp) {
    rules.require(
        plainHttp || url.getScheme().equals("https") || loopback(url.getHost()),
        Problem.quoted(url.toString())
            + ": whoever stands in between could give keys of their own; take https, or set"
            + " auth.jwt.jwks-plain-http",
        path);
  }

  /** By its looks: names are not looked up while a configuration is read. */
  private static boolean loopback(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name, whatever it begins with
    }
  }

  private void checkAlgorithm(Constraints rules, String path, Algorithm wanted) {
    var secrets = secret.isPresent() || previousSecret.isPresent();
    var publics = publicKey.isPresent() || jwksUrl.isPresent();
    rules.require(
        wanted.symmetric() || wanted.rsa(),
        "needs not be said: such a key is for nothing else",
        path + ".algorithm");
    rules.require(
        !wanted.symmetric() || secrets,
        wanted + " is for a secret, and there is none",
        path + ".algorithm");
    rules.require(
        !wanted.rsa() || publics,
        wanted + " is for RSA keys, and there is neither public-key nor jwks-url",
        path + ".algorithm");
  }
}
