package io.byssus.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.byssus.core.connection.Peer;
import io.byssus.core.node.Authenticator.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OperatorLearnsWhyATokenWasRefusedTest {
  private static final String SECRET = "k7!vQz2#mX9$wL4&nB6*pR8(tY1)uC3-";
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final long S = NOW.getEpochSecond();
  private static final String USER = "ann-of-the-accounts";
  private static final Peer FAR = new Peer("203.0.113.7", false);

  private final List<TokenRefusal> reasons = new ArrayList<>();
  private final List<String> sentences = new ArrayList<>();

  private Verdict verdict(TokenRules rules, String token) {
    var observer =
        new TokenObserver() {
          @Override
          public void refused(TokenRefusal reason, String why) {
            reasons.add(reason);
            sentences.add(why);
          }
        };
    return new TokenAuthenticator(rules, InstantSource.fixed(NOW), Runnable::run, observer)
        .authenticate(token, FAR)
        .toCompletableFuture()
        .join();
  }

  private static TokenRules rules(Optional<SecretKey> key) {
    var issuers =
        key
            .map(known ->
                new KeyOrigin.Secret("auth.jwt.secret", Algorithm.HS256, known, Optional.empty()))
            .map(secret ->
                new TrustedIssuer(
                    "auth.jwt",
                    Optional.of("https://id.example"),
                    Optional.of("chat"),
                    "sub",
                    List.of(secret)))
            .stream()
            .toList();
    return new TokenRules(Anonymous.LOCAL, issuers, Duration.ofSeconds(60), 2_000);
  }

  private static TokenRules rules() {
    return rules(
        Optional.of(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256")));
  }

  private static String signed(String header, String claims, String secret) {
    var content = base64(header) + "." + base64(claims);
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return content
          + "."
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String claims(String more) {
    return "{\"sub\":\"" + USER + "\"," + more + "}";
  }

  private static final String HS256 = "{\"alg\":\"HS256\"}";
  private static final String OURS = "\"iss\":\"https://id.example\",\"aud\":[\"mail\",\"chat\"]";
  private static final String GOOD = OURS + ",\"exp\":" + (S + 600);

  static Stream<Arguments> tokens() {
    return Stream.of(
        arguments(
            TokenRefusal.EXPIRED,
            "expired 3600 s ago",
            signed(HS256, claims(OURS + ",\"exp\":" + (S - 3600)), SECRET)),
        arguments(
            TokenRefusal.NOT_YET_VALID,
            "valid in 7200 s",
            signed(HS256, claims(GOOD + ",\"nbf\":" + (S + 7200)), SECRET)),
        arguments(TokenRefusal.NO_EXPIRY, "no exp", signed(HS256, claims(OURS), SECRET)),
        arguments(
            TokenRefusal.NO_EXPIRY,
            "no exp",
            signed(HS256, claims(OURS + ",\"exp\":null"), SECRET)),
        arguments(
            TokenRefusal.ISSUER,
            "https://other.example, and auth.jwt.issuer is https://id.example",
            signed(HS256, claims(GOOD.replace("id.example", "other.example")), SECRET)),
        arguments(
            TokenRefusal.AUDIENCE,
            "[mail], and auth.jwt.audience is chat",
            signed(HS256, claims(GOOD.replace(",\"chat\"", "")), SECRET)),
        arguments(
            TokenRefusal.SIGNATURE,
            "auth.jwt.secret",
            signed(HS256, claims(GOOD), "another secret of thirty-two characters")),
        arguments(
            TokenRefusal.ALGORITHM,
            "RS256",
            signed("{\"alg\":\"RS256\",\"kid\":\"x\"}", claims(GOOD), SECRET)),
        arguments(
            TokenRefusal.ALGORITHM,
            "not signed",
            base64("{\"alg\":\"none\"}") + "." + base64(claims(GOOD)) + "."),
        arguments(
            TokenRefusal.MALFORMED,
            "typ",
            signed("{\"alg\":\"HS256\",\"typ\":\"secevent+jwt\"}", claims(GOOD), SECRET)),
        arguments(
            TokenRefusal.MALFORMED,
            "wrong type",
            signed(HS256, claims(OURS + ",\"exp\":\"tomorrow\""), SECRET)),
        arguments(TokenRefusal.MALFORMED, "three parts", "Bearer " + USER),
        arguments(
            TokenRefusal.NO_USER, "sub", signed(HS256, claims(GOOD).replace(USER, " "), SECRET)),
        arguments(
            TokenRefusal.TOO_LONG,
            "auth.token-bytes is 2000",
            signed(HS256, claims(GOOD + ",\"pad\":\"" + "x".repeat(2_000) + "\""), SECRET)),
        arguments(TokenRefusal.MISSING, "auth.anonymous", ""));
  }

  @ParameterizedTest
  @MethodSource("tokens")
  void reasonIsToldAndNeitherTokenNorUserIs(TokenRefusal reason, String words, String token) {
    var verdict = (Verdict.Refused) verdict(rules(), token);
    assertThat(verdict.reason()).isIn("a token is needed", "the token is not valid");
    assertThat(reasons).containsExactly(reason);
    assertThat(sentences)
        .singleElement()
        .asString()
        .contains(words)
        .doesNotContain(USER)
        .satisfies(why -> assertThat(token).doesNotContain(why));
  }

  @Test
  void withoutAKeyThatIsTheReason() {
    verdict(rules(Optional.empty()), signed(HS256, claims(GOOD), SECRET));
    assertThat(reasons).containsExactly(TokenRefusal.NO_KEY);
    assertThat(sentences).singleElement().asString().contains("auth.jwt.secret is not set");
  }

  @Test
  void goodTokenIsNoNews() {
    assertThat(verdict(rules(), signed(HS256, claims(GOOD), SECRET)))
        .isInstanceOf(Verdict.Accepted.class);
    assertThat(reasons).isEmpty();
  }
}
