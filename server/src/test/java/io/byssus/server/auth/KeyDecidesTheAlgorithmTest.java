package io.byssus.server.auth;

import static io.byssus.server.auth.TestJwt.base64;
import static io.byssus.server.auth.TestJwt.header;
import static io.byssus.server.auth.TestJwt.pem;
import static io.byssus.server.auth.TestJwt.signed;
import static io.byssus.server.auth.Tokens.INVALID;
import static io.byssus.server.auth.Tokens.accepted;
import static io.byssus.server.auth.Tokens.claims;
import static io.byssus.server.auth.Tokens.file;
import static io.byssus.server.auth.Tokens.issuer;
import static io.byssus.server.auth.Tokens.secret;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC 8725 section 3.1: what a header says can only fail to be what the key is for. */
class KeyDecidesTheAlgorithmTest {
  @TempDir static Path folder;
  private static final Map<Algorithm, KeyPair> PAIRS = new EnumMap<>(Algorithm.class);

  @BeforeAll
  static void make() {
    for (var algorithm : Algorithm.values()) {
      if (!algorithm.symmetric()) {
        PAIRS.put(algorithm, TestJwt.pairFor(algorithm));
      }
    }
  }

  /** One that takes tokens of this algorithm alone. */
  private static Tokens tokens(Algorithm algorithm) throws IOException {
    if (algorithm.symmetric()) {
      return new Tokens(issuer(secret(algorithm)));
    }
    var written = Files.writeString(folder.resolve(algorithm + ".pem"), pem(publicKey(algorithm)));
    return new Tokens(issuer(file(written, algorithm.rsa() ? algorithm : Algorithm.RS256)));
  }

  private static java.security.PublicKey publicKey(Algorithm algorithm) {
    return PAIRS.get(algorithm).getPublic();
  }

  private static String token(String header, Algorithm algorithm) {
    return algorithm.symmetric()
        ? signed(header, claims(""), algorithm, Tokens.SECRET)
        : signed(header, claims(""), algorithm, PAIRS.get(algorithm).getPrivate());
  }

  @ParameterizedTest
  @EnumSource
  void everyAlgorithmIsTaken(Algorithm algorithm) throws IOException {
    try (var tokens = tokens(algorithm)) {
      assertThat(tokens.verdict(token(header(algorithm, ""), algorithm)))
          .isEqualTo(accepted("ann"));
      assertThat(tokens.verdict(token(header(algorithm, "any"), algorithm)))
          .isEqualTo(accepted("ann"));
    }
  }

  @Test
  void curveMayBeNamedInPlaceOfTheFamily() throws IOException {
    try (var tokens = tokens(Algorithm.EDDSA)) {
      assertThat(tokens.verdict(token("{\"alg\":\"Ed25519\"}", Algorithm.EDDSA)))
          .isEqualTo(accepted("ann"));
      assertThat(tokens.verdict(token("{\"alg\":\"Ed448\"}", Algorithm.EDDSA))).isEqualTo(INVALID);
    }
  }

  @ParameterizedTest
  @EnumSource
  void headerThatSaysAnotherIsRefusedHoweverItIsSigned(Algorithm key) throws IOException {
    try (var tokens = tokens(key)) {
      for (var said : Algorithm.values()) {
        if (said != key) {
          assertThat(tokens.verdict(token(header(said, ""), key))).as(said + "").isEqualTo(INVALID);
          assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.ALGORITHM);
        }
      }
      // The same key, and truly so signed: RSA keys and secrets can do more than one.
      for (var said : Algorithm.values()) {
        var sameKind = key.symmetric() && said.symmetric() || key.rsa() && said.rsa();
        if (said != key && sameKind) {
          var forged =
              key.symmetric()
                  ? signed(header(said, ""), claims(""), said, Tokens.SECRET)
                  : signed(header(said, ""), claims(""), said, PAIRS.get(key).getPrivate());
          assertThat(tokens.verdict(forged)).as(said + "").isEqualTo(INVALID);
        }
      }
    }
  }

  /** Whoever knows the public key signs with it as if it were a secret. */
  @ParameterizedTest
  @EnumSource(names = {"RS256", "PS512", "ES256", "EDDSA"})
  void publicKeyIsNoSecret(Algorithm key) throws IOException {
    try (var tokens = tokens(key)) {
      var text = pem(publicKey(key));
      for (var secret :
          new byte[][] {
            text.getBytes(StandardCharsets.US_ASCII),
            text.strip().getBytes(StandardCharsets.US_ASCII),
            publicKey(key).getEncoded()
          }) {
        for (var said : new Algorithm[] {Algorithm.HS256, Algorithm.HS384, Algorithm.HS512}) {
          assertThat(tokens.verdict(signed(header(said, ""), claims(""), said, secret)))
              .isEqualTo(INVALID);
          assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.ALGORITHM);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void unsignedTokenIsRefused(Algorithm key) throws IOException {
    try (var tokens = tokens(key)) {
      for (var header :
          new String[] {
            "{\"alg\":\"none\"}", "{\"alg\":\"NonE\"}", "{\"alg\":\"\"}", header(key, "")
          }) {
        assertThat(tokens.verdict(base64(header) + "." + base64(claims("")) + "."))
            .isEqualTo(INVALID);
      }
    }
  }

  /** CVE-2022-21449: a signature of zeros. */
  @ParameterizedTest
  @EnumSource(names = {"ES256", "ES384", "ES512", "EDDSA"})
  void signatureOfZerosIsNone(Algorithm key) throws IOException {
    try (var tokens = tokens(key)) {
      for (var length : new int[] {0, 1, 63, 64, 65, 96, 132, 500}) {
        var forged =
            base64(header(key, "")) + "." + base64(claims("")) + "." + base64(new byte[length]);
        assertThat(tokens.verdict(forged)).as(length + "").isEqualTo(INVALID);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void signatureOfAnotherKeyIsRefused(Algorithm key) throws IOException {
    try (var tokens = tokens(key)) {
      var forged =
          key.symmetric()
              ? signed(header(key, ""), claims(""), key, "x".repeat(64).getBytes())
              : signed(header(key, ""), claims(""), key, TestJwt.pairFor(key).getPrivate());
      assertThat(tokens.verdict(forged)).isEqualTo(INVALID);
      assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.SIGNATURE);
    }
  }

  @Test
  void severalKeysAreGoodAtATime() throws IOException {
    var both =
        Files.writeString(
            folder.resolve("both.pem"),
            "comments stand before\n"
                + pem(publicKey(Algorithm.RS256))
                + pem(publicKey(Algorithm.EDDSA)));
    try (var tokens =
        new Tokens(
            issuer(
                secret(Algorithm.HS256),
                secret(
                    "auth.jwt.previous-secret",
                    Algorithm.HS256,
                    "the one of before, of 40 characters or so".getBytes()),
                file(both, Algorithm.RS256)))) {
      for (var algorithm : new Algorithm[] {Algorithm.HS256, Algorithm.RS256, Algorithm.EDDSA}) {
        assertThat(tokens.verdict(token(header(algorithm, ""), algorithm)))
            .isEqualTo(accepted("ann"));
      }
      var before = "the one of before, of 40 characters or so".getBytes();
      assertThat(
              tokens.verdict(
                  signed(header(Algorithm.HS256, ""), claims(""), Algorithm.HS256, before)))
          .isEqualTo(accepted("ann"));
    }
  }
}
