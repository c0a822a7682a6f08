package io.byssus.server.auth;

import static io.byssus.server.auth.TestJwt.header;
import static io.byssus.server.auth.TestJwt.pem;
import static io.byssus.server.auth.TestJwt.signed;
import static io.byssus.server.auth.Tokens.INVALID;
import static io.byssus.server.auth.Tokens.LATER;
import static io.byssus.server.auth.Tokens.claims;
import static io.byssus.server.auth.Tokens.issuer;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.node.Authenticator.Verdict;
import io.byssus.server.auth.KeyOrigin.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysChangeWhileTheNodeRunsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path folder;
  private final KeyPair before = TestJwt.edwards();
  private final KeyPair after = TestJwt.edwards();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("keys.pem"), pem(before.getPublic()));
  }

  private Tokens tokens() {
    return new Tokens(issuer(Tokens.file(file, Algorithm.RS256)));
  }

  private static String token(KeyPair key) {
    return signed(header(Algorithm.EDDSA, ""), claims(""), Algorithm.EDDSA, key.getPrivate());
  }

  @Test
  void fileIsReadAgainAndWhatIsGoneWithItIsNotKnownAnyMore() throws IOException {
    try (var tokens = tokens()) {
      assertThat(tokens.verdict(token(before))).isInstanceOf(Verdict.Accepted.class);
      assertThat(tokens.verdict(token(after))).isEqualTo(INVALID);
      Files.writeString(file, pem(before.getPublic()) + pem(after.getPublic()));
      tokens.pass(SECOND);
      assertThat(tokens.verdict(token(before))).isInstanceOf(Verdict.Accepted.class);
      assertThat(tokens.recognized).isEqualTo(1);
      assertThat(tokens.verdict(token(after))).isInstanceOf(Verdict.Accepted.class);
      Files.writeString(file, pem(after.getPublic()));
      tokens.pass(SECOND);
      assertThat(tokens.verdict(token(before))).isEqualTo(INVALID);
      assertThat(tokens.verdict(token(after))).isInstanceOf(Verdict.Accepted.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"})
  void fileThatIsHalfWrittenChangesNothing(String half) throws IOException {
    try (var tokens = tokens()) {
      Files.writeString(file, half);
      tokens.pass(SECOND);
      assertThat(tokens.sentences.getLast()).contains(file.toString());
      assertThat(tokens.verdict(token(before))).isInstanceOf(Verdict.Accepted.class);
      assertThat(tokens.verdict(token(after))).isEqualTo(LATER);
      Files.writeString(file, pem(after.getPublic()));
      tokens.pass(SECOND);
      assertThat(tokens.verdict(token(after))).isInstanceOf(Verdict.Accepted.class);
    }
  }

  @Test
  void fileThatIsGoneChangesNothingAndIsToldOnce() throws IOException {
    try (var tokens = tokens()) {
      Files.delete(file);
      tokens.pass(SECOND);
      tokens.pass(SECOND);
      assertThat(tokens.sentences).hasSize(1);
      assertThat(tokens.verdict(token(before))).isInstanceOf(Verdict.Accepted.class);
    }
  }

  @Test
  void privateKeyInItIsNotTaken() throws IOException {
    try (var tokens = tokens()) {
      Files.writeString(file, pem(after.getPrivate()));
      tokens.pass(SECOND);
      assertThat(tokens.sentences.getLast()).contains("private key", "-pubout");
    }
  }

  @Test
  void secretInAFileIsReadAgainToo() throws IOException {
    Files.writeString(file, "a".repeat(40));
    var secret =
        new KeyOrigin.Secret(
            "auth.jwt.secret",
            Algorithm.HS256,
            key(file),
            Optional.of(new SecretFile(file, () -> key(file))));
    try (var tokens = new Tokens(issuer(secret))) {
      var old = secretToken("a");
      assertThat(tokens.verdict(old)).isInstanceOf(Verdict.Accepted.class);
      Files.writeString(file, "b".repeat(40));
      tokens.pass(SECOND);
      assertThat(tokens.verdict(old)).isEqualTo(INVALID);
      assertThat(tokens.verdict(secretToken("b"))).isInstanceOf(Verdict.Accepted.class);
    }
  }

  private static SecretKey key(Path file) throws IOException {
    return new SecretKeySpec(Files.readAllBytes(file), "HmacSHA256");
  }

  private static String secretToken(String letter) {
    return signed(
        header(Algorithm.HS256, ""), claims(""), Algorithm.HS256, letter.repeat(40).getBytes());
  }
}
