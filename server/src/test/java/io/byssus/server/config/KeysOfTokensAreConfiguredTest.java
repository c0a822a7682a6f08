package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.server.auth.Algorithm;
import io.byssus.server.auth.KeyOrigin;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysOfTokensAreConfiguredTest {
  private static final String GOOD = "k7!vQz2_mX9$wL4&nB6*pR8(tY1)uC3-";

  @TempDir Path folder;

  private Path pem() throws GeneralSecurityException, IOException {
    var key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
    return Files.writeString(
        folder.resolve("key.pem"),
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getEncoder().encodeToString(key.getEncoded())));
  }

  @Test
  void oneIssuerAsBefore() {
    var rules =
        Loading.yaml(
                "auth: {jwt: {secret: '%s', issuer: me, audience: chat, clock-skew: 10s}}"
                    .formatted(GOOD))
            .config()
            .auth()
            .rules();
    assertThat(rules.clockSkew().toSeconds()).isEqualTo(10);
    assertThat(rules.issuers())
        .singleElement()
        .satisfies(issuer -> {
          assertThat(issuer.path()).isEqualTo("auth.jwt");
          assertThat(issuer.issuer()).contains("me");
          assertThat(issuer.audience()).contains("chat");
          assertThat(issuer.userClaim()).isEqualTo("sub");
          assertThat(issuer.keys())
              .singleElement()
              .isInstanceOfSatisfying(
                  KeyOrigin.Secret.class,
                  secret -> assertThat(secret.algorithm()).isEqualTo(Algorithm.HS256));
        });
  }

  @Test
  void severalIssuersWithKeysOfAllKinds() throws GeneralSecurityException, IOException {
    var config =
        Loading.yaml(
                """
                auth:
                  cookie: session-token
                  jwt:
                    issuers:
                      keycloak:
                        issuer: https://id.example/realms/main
                        audience: chat
                        jwks-url: https://id.example/realms/main/protocol/openid-connect/certs
                        algorithm: PS256
                        user-claim: preferred_username
                      own:
                        issuer: shop
                        public-key: %s
                        secret: %s
                        previous-secret: %sx
                """
                    .formatted(pem(), GOOD, GOOD))
            .config();
    assertThat(config.auth().cookie()).contains("session-token");
    var issuers = config.auth().rules().issuers();
    assertThat(issuers).hasSize(2);
    assertThat(issuers.getFirst().userClaim()).isEqualTo("preferred_username");
    assertThat(issuers.getFirst().keys())
        .containsExactly(
            new KeyOrigin.Jwks(
                "auth.jwt.issuers.keycloak.jwks-url",
                URI.create("https://id.example/realms/main/protocol/openid-connect/certs"),
                Algorithm.PS256,
                config.auth().jwt().jwksRefresh(),
                config.auth().jwt().jwksOutage()));
    assertThat(issuers.getLast().keys())
        .extracting(KeyOrigin::path)
        .containsExactly(
            "auth.jwt.issuers.own.secret",
            "auth.jwt.issuers.own.previous-secret",
            "auth.jwt.issuers.own.public-key");
  }

  @Test
  void environmentNamesIssuersToo() {
    var config =
        Loading.yaml("")
            .variable("BYSSUS_AUTH_JWT_ISSUERS_SHOP_EU_ISSUER", "shop")
            .variable("BYSSUS_AUTH_JWT_ISSUERS_SHOP_EU_JWKS_URL", "http://localhost:9/keys")
            .config();
    assertThat(config.auth().jwt().issuers()).containsOnlyKeys("shop-eu");
    assertThat(config.auth().takesTokens()).isTrue();
  }

  @Test
  void allThatIsWrongIsToldAtOnce() throws IOException {
    var none = Files.writeString(folder.resolve("none.pem"), "nothing");
    assertThat(
            Loading.yaml(
                    """
                    auth:
                      cookie: "a b"
                      jwt:
                        algorithm: none
                        jwks-url: http://id.example/keys
                        issuers:
                          a: {secret: short, issuer: me}
                          b: {issuer: me, jwks-url: "https://ann:pw@id.example/"}
                          c: {public-key: %s}
                          d: {issuer: you, algorithm: RS256, secret: "%s"}
                          e: {issuer: they, algorithm: HS512, secret: "%s"}
                          f: {issuer: us, secrt: x}
                    """
                        .formatted(none, GOOD, GOOD))
                .problems())
        .satisfiesExactlyInAnyOrder(
            problem -> assertThat(problem).contains("auth.cookie", "the name of a cookie"),
            problem -> assertThat(problem).contains("auth.jwt.algorithm", "HS256"),
            problem -> assertThat(problem).contains("auth.jwt.jwks-url", "jwks-plain-http"),
            problem -> assertThat(problem).contains("auth.jwt.issuers.a.secret", "has 40 bits"),
            problem ->
                assertThat(problem).contains("issuers.b.jwks-url", "https://").doesNotContain("pw"),
            problem -> assertThat(problem).contains("issuers.b.issuer", "auth.jwt.issuers.a too"),
            problem -> assertThat(problem).contains("issuers.c.public-key", "BEGIN PUBLIC KEY"),
            problem -> assertThat(problem).contains("issuers.c.issuer", "is missing"),
            problem -> assertThat(problem).contains("issuers.d.algorithm", "RSA"),
            problem -> assertThat(problem).contains("issuers.e.secret", "HS512 needs 512"),
            problem ->
                assertThat(problem)
                    .contains("issuers.f.secrt", "did you mean auth.jwt.issuers.f.secret?"),
            problem -> assertThat(problem).contains("issuers.f (", "has no key"));
  }

  @Test
  void plainHttpIsForThisMachineUnlessSomebodySaysSo() {
    assertThat(Loading.yaml("auth: {jwt: {jwks-url: 'http://127.0.0.1:9/keys'}}").problems())
        .isEmpty();
    assertThat(Loading.yaml("auth: {jwt: {jwks-url: 'http://[::1]:9/keys'}}").problems()).isEmpty();
    assertThat(Loading.yaml("auth: {jwt: {jwks-url: 'http://127.example.com/keys'}}").problems())
        .hasSize(1);
    assertThat(
            Loading.yaml("auth: {jwt: {jwks-url: 'http://id.example/keys', jwks-plain-http: true}}")
                .problems())
        .isEmpty();
  }
}
