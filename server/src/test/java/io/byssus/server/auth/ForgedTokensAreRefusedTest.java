package io.byssus.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.connection.Peer;
import io.byssus.core.node.Authenticator.Verdict;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForgedTokensAreRefusedTest {
  private static final byte[] KEY =
      "k7!vQz2#mX9$wL4&nB6*pR8(tY1)uC3-".getBytes(StandardCharsets.UTF_8);
  private static final Peer FAR = new Peer("203.0.113.7", false);
  private static final Peer LOCAL = new Peer("127.0.0.1", true);
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final long S = NOW.getEpochSecond();
  private static final String HS256 = "{\"alg\":\"HS256\"}";
  private static final Verdict INVALID = new Verdict.Refused("the token is not valid");

  private final TokenAuthenticator open = authenticator(rules(Anonymous.LOCAL, "", ""));

  private static TokenRules rules(Anonymous anonymous, String issuer, String audience) {
    var secret =
        new KeyOrigin.Secret(
            "auth.jwt.secret",
            Algorithm.HS256,
            new SecretKeySpec(KEY, "HmacSHA256"),
            Optional.empty());
    var ours =
        new TrustedIssuer(
            "auth.jwt",
            Optional.of(issuer).filter(text -> !text.isEmpty()),
            Optional.of(audience).filter(text -> !text.isEmpty()),
            "sub",
            List.of(secret));
    return new TokenRules(anonymous, List.of(ours), Duration.ofSeconds(60), 8 << 10);
  }

  private static TokenAuthenticator authenticator(TokenRules rules) {
    return new TokenAuthenticator(
        rules, InstantSource.fixed(NOW), Runnable::run, TokenObserver.NONE);
  }

  private Verdict verdict(String token) {
    return open.authenticate(token, FAR).toCompletableFuture().join();
  }

  /** It holds for the minute of skew longer. */
  private static Verdict accepted(String user, long seconds) {
    return new Verdict.Accepted(user, Duration.ofSeconds(seconds + 60));
  }

  private static String signed(String header, String claims) {
    return signed(header, claims, "HmacSHA256", KEY);
  }

  private static String signed(String header, String claims, String algorithm, byte[] key) {
    var content = base64(header) + "." + base64(claims);
    try {
      var mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      var signature = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
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
    return "{\"sub\":\"ann\",\"exp\":" + (S + 600) + more + "}";
  }

  @Test
  void goodTokenNamesTheUser() {
    assertThat(verdict(signed(HS256, claims("")))).isEqualTo(accepted("ann", 600));
    assertThat(verdict(signed("{\"typ\":\"JWT\",\"alg\":\"HS256\"}", claims(""))))
        .isEqualTo(accepted("ann", 600));
    assertThat(verdict(signed(HS256, "{\"sub\":7,\"exp\":4000000000}")))
        .isEqualTo(accepted("7", 4_000_000_000L - S));
    var issued = TokenIssuer.token(rules(Anonymous.LOCAL, "", ""), "bob", NOW, Duration.ofHours(1));
    assertThat(verdict(issued)).isEqualTo(accepted("bob", 3600));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"NonE\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"HS384\"}",
        "{\"alg\":\"HS512\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A128GCM\",\"p2c\":2147483647,\"p2s\":\"AAAA\"}",
        "{\"alg\":\"HS256\",\"crit\":[\"mine\"],\"mine\":1}",
        "{\"alg\":\"HS256\",\"typ\":\"secevent+jwt\"}",
        "{\"alg\":\"HS256\",\"alg\":\"none\"}",
        "{\"alg\":256}",
        "{}",
        "[]",
        "not json"
      })
  void headerCannotChooseTheAlgorithmNorAskForMore(String header) {
    assertThat(verdict(signed(header, claims("")))).isEqualTo(INVALID);
    assertThat(verdict(base64(header) + "." + base64(claims("")) + ".")).isEqualTo(INVALID);
  }

  @Test
  void strongerAlgorithmWithTheSameKeyIsStillAnotherAlgorithm() {
    assertThat(verdict(signed("{\"alg\":\"HS512\"}", claims(""), "HmacSHA512", KEY)))
        .isEqualTo(INVALID);
  }

  @Test
  void signatureMustBeOurs() {
    var good = signed(HS256, claims(""));
    var other = "another key that is long enough, too".getBytes(StandardCharsets.UTF_8);
    assertThat(verdict(signed(HS256, claims(""), "HmacSHA256", other))).isEqualTo(INVALID);
    assertThat(verdict(good.substring(0, good.length() - 1))).isEqualTo(INVALID);
    assertThat(verdict(good.substring(0, good.lastIndexOf('.') + 1))).isEqualTo(INVALID);
    assertThat(verdict(good.substring(0, good.lastIndexOf('.')))).isEqualTo(INVALID);
    assertThat(verdict(good + "." + base64("x") + "." + base64("y"))).isEqualTo(INVALID);
  }

  /** A key that the token brings along, or names, is not looked at: nothing is fetched or read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"kid\":\"../../../dev/null\"",
        "\"kid\":\"' UNION SELECT 'x\"",
        "\"jku\":\"http://127.0.0.1:1/keys\"",
        "\"x5u\":\"http://127.0.0.1:1/cert\"",
        "\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}"
      })
  void keyOfTheTokensOwnChoiceIsNotUsed(String parameter) {
    var header = "{\"alg\":\"HS256\"," + parameter + "}";
    assertThat(verdict(signed(header, claims(""), "HmacSHA256", new byte[32]))).isEqualTo(INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"sub\":\"ann\"}",
        "{\"exp\":4000000000}",
        "{\"sub\":\"\",\"exp\":4000000000}",
        "{\"sub\":\" \",\"exp\":4000000000}",
        "{\"sub\":[\"ann\"],\"exp\":4000000000}",
        "{\"sub\":null,\"exp\":4000000000}",
        "{\"sub\":\"ann\",\"exp\":\"4000000000\"}",
        "{\"sub\":\"ann\",\"exp\":null}",
        "{\"sub\":\"ann\",\"exp\":true}",
        "{\"sub\":\"ann\",\"exp\":-1}",
        "{\"sub\":\"ann\",\"exp\":4000000000,\"nbf\":\"soon\"}",
        "[1]",
        "7",
        ""
      })
  void claimsMustBeThereAndOfTheirTypes(String claims) {
    assertThat(verdict(signed(HS256, claims))).as(claims).isEqualTo(INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e30", "1e400", "9223372036854775807", "99999999999999999999999"})
  void timeBeyondAllTimesIsNoError(String exp) {
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":" + exp + "}"))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "42",
        "-7",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551614",
        "18446744073709551615",
        "123456789012345678901234567890"
      })
  void wholeNumberIsTheUserOfItsDigits(String sub) {
    assertThat(verdict(signed(HS256, "{\"sub\":" + sub + ",\"exp\":4000000000}")))
        .isEqualTo(accepted(sub, 4_000_000_000L - S));
  }

  @ParameterizedTest
  @ValueSource(strings = {"42.0", "4.2e1", "42e0", "1E400", "0.5", "-0", "1.8446744073709552E19"})
  void otherNumberNamesNobody(String sub) {
    assertThat(verdict(signed(HS256, "{\"sub\":" + sub + ",\"exp\":4000000000}")))
        .isEqualTo(INVALID);
  }

  /** RFC 7519 section 2: NumericDate may have a fraction. */
  @Test
  void fractionOfASecondIsCutOff() {
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":4000000000.75}")))
        .isEqualTo(accepted("ann", 4_000_000_000L - S));
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":4e9}")))
        .isEqualTo(accepted("ann", 4_000_000_000L - S));
    assertThat(verdict(signed(HS256, claims(",\"nbf\":" + (S - 1) + ".5,\"iat\":1.5e9"))))
        .isEqualTo(accepted("ann", 600));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"18446744073709552", "9223372036854776", "1e30", "1e400", "-18446744073709552"})
  void timeThatWouldOverflowIsNotTakenForAnother(String time) {
    for (var claim : new String[] {"nbf", "iat"}) {
      assertThat(verdict(signed(HS256, claims(",\"" + claim + "\":" + time)))).isEqualTo(INVALID);
    }
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":" + time + "}"))).isEqualTo(INVALID);
    // Wraps around to ten minutes from now.
    var wrapped =
        BigInteger.TWO
            .pow(64)
            .add(BigInteger.valueOf((S + 600) * 1000))
            .divide(BigInteger.valueOf(1000));
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":" + wrapped + "}")))
        .isEqualTo(INVALID);
  }

  @Test
  void timesAreCheckedWithAMinuteOfSkew() {
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":" + (S - 55) + "}")))
        .isEqualTo(accepted("ann", -55));
    assertThat(verdict(signed(HS256, "{\"sub\":\"ann\",\"exp\":" + (S - 65) + "}")))
        .isEqualTo(INVALID);
    assertThat(verdict(signed(HS256, claims(",\"nbf\":" + (S + 55)))))
        .isEqualTo(accepted("ann", 600));
    assertThat(verdict(signed(HS256, claims(",\"nbf\":" + (S + 65))))).isEqualTo(INVALID);
  }

  @Test
  void issuerAndAudienceAreCheckedWhenConfigured() {
    var strict = authenticator(rules(Anonymous.LOCAL, "https://id.example", "chat"));
    var good = ",\"iss\":\"https://id.example\",\"aud\":[\"mail\",\"chat\"]";
    assertThat(strict.authenticate(signed(HS256, claims(good)), FAR).toCompletableFuture().join())
        .isEqualTo(accepted("ann", 600));
    for (var wrong :
        new String[] {
          "",
          ",\"iss\":\"https://id.example\"",
          ",\"aud\":\"chat\"",
          ",\"iss\":\"https://id.example\",\"aud\":\"mail\"",
          ",\"iss\":\"https://id.example/\",\"aud\":\"chat\"",
          ",\"iss\":[\"https://id.example\"],\"aud\":\"chat\""
        }) {
      assertThat(
              strict.authenticate(signed(HS256, claims(wrong)), FAR).toCompletableFuture().join())
          .as(wrong)
          .isEqualTo(INVALID);
    }
  }

  @Test
  void longOrDeepTokenIsRefusedWithoutHarm() {
    var padded = ",\"pad\":\"" + "x".repeat(8_000) + "\"";
    assertThat(verdict(signed(HS256, claims(padded)))).isEqualTo(INVALID);
    var deep = ",\"pad\":" + "[".repeat(2_800) + "]".repeat(2_800);
    assertThat(verdict(signed(HS256, claims(deep)))).isNotNull();
    assertThat(verdict("[".repeat(8_000))).isEqualTo(INVALID);
    assertThat(verdict(".".repeat(8_000))).isEqualTo(INVALID);
  }

  @Test
  void withoutAKeyNoTokenIsValid() {
    var keyless =
        authenticator(new TokenRules(Anonymous.EVERYONE, List.of(), Duration.ZERO, 8 << 10));
    var token = signed(HS256, claims(""));
    assertThat(keyless.authenticate(token, LOCAL).toCompletableFuture().join()).isEqualTo(INVALID);
  }

  @Test
  void whoComesWithoutATokenIsJudgedByTheAnonymousRule() {
    assertThat(anonymous(Anonymous.LOCAL, LOCAL)).isEqualTo(new Verdict.Accepted(""));
    assertThat(anonymous(Anonymous.LOCAL, FAR)).isInstanceOf(Verdict.Refused.class);
    assertThat(anonymous(Anonymous.EVERYONE, FAR)).isEqualTo(new Verdict.Accepted(""));
    assertThat(anonymous(Anonymous.NOBODY, LOCAL)).isInstanceOf(Verdict.Refused.class);
  }

  private static Verdict anonymous(Anonymous rule, Peer peer) {
    var authenticator = authenticator(rules(rule, "", ""));
    var verdict = authenticator.authenticate("", peer).toCompletableFuture().join();
    assertThat(authenticator.admitsAnonymous(peer)).isEqualTo(verdict instanceof Verdict.Accepted);
    return verdict;
  }
}
