package io.byssus.server.auth;

import static io.byssus.server.auth.TestJwt.header;
import static io.byssus.server.auth.TestJwt.jwk;
import static io.byssus.server.auth.TestJwt.jwks;
import static io.byssus.server.auth.TestJwt.signed;
import static io.byssus.server.auth.Tokens.INVALID;
import static io.byssus.server.auth.Tokens.LATER;
import static io.byssus.server.auth.Tokens.accepted;
import static io.byssus.server.auth.Tokens.claims;
import static io.byssus.server.auth.Tokens.issuer;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.node.Authenticator.Verdict;
import java.security.KeyPair;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real HTTP server that is slow, dies, rotates its keys, or answers nonsense. */
class PlaceWithTheKeysMisbehavesTest {
  private static final KeyPair OLD = TestJwt.curve("secp256r1");
  private static final KeyPair NEW = TestJwt.edwards();
  private static final KeyPair RSA = TestJwt.rsa();

  private final JwksServer server = new JwksServer(jwks(jwk("old", OLD.getPublic())));
  private final Tokens tokens = new Tokens(issuer(Tokens.jwks(server.url())));
  private int serial;

  @AfterEach
  void stop() {
    tokens.close();
    server.close();
  }

  /** One that was not seen before. */
  private String old() {
    return old("old");
  }

  private String old(String kid) {
    var fresh = claims(",\"jti\":\"" + serial++ + "\"");
    return signed(header(Algorithm.ES256, kid), fresh, Algorithm.ES256, OLD.getPrivate());
  }

  private String fresh() {
    var claims = claims(",\"jti\":\"" + serial++ + "\"");
    return signed(header(Algorithm.EDDSA, "new"), claims, Algorithm.EDDSA, NEW.getPrivate());
  }

  private static Verdict after(Duration time) {
    return new Verdict.Accepted("ann", Duration.ofSeconds(660).minus(time));
  }

  @Test
  void keysAreReadOnceAndKnownFromThenOn() {
    for (var i = 0; i < 20; i++) {
      assertThat(tokens.verdict(old())).isEqualTo(accepted("ann"));
    }
    assertThat(server.asked).hasValue(1);
  }

  @Test
  void keysAreReadAgainWhenItIsTime() {
    tokens.pass(Duration.ofSeconds(299));
    assertThat(server.asked).hasValue(1);
    tokens.pass(Duration.ofSeconds(1));
    assertThat(server.asked).hasValue(2);
  }

  @Test
  void newKeyIsFoundWhenTheFirstTokenNamesIt() {
    tokens.pass(Duration.ofSeconds(11));
    server.keys(jwks(jwk("old", OLD.getPublic()), jwk("new", NEW.getPublic())));
    assertThat(tokens.verdict(fresh())).isEqualTo(after(Duration.ofSeconds(11)));
    assertThat(tokens.verdict(old())).isEqualTo(after(Duration.ofSeconds(11)));
    assertThat(server.asked).hasValue(2);
  }

  @Test
  void nobodyMakesUsHammerIt() {
    tokens.pass(Duration.ofSeconds(11));
    for (var i = 0; i < 500; i++) {
      assertThat(tokens.verdict(old("stranger-" + i))).isEqualTo(INVALID);
      assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.UNKNOWN_KEY);
    }
    assertThat(server.asked).hasValue(2);
    for (var second = 0; second < 60; second++) {
      tokens.pass(Duration.ofSeconds(1));
      assertThat(tokens.verdict(old("stranger"))).isEqualTo(INVALID);
    }
    assertThat(server.asked).hasValue(8);
    assertThat(tokens.verdict(old())).isInstanceOf(Verdict.Accepted.class);
  }

  @Test
  void keyThatIsGoneIsNotGoodAnyMoreNorWhatItHasSigned() {
    var known = old();
    assertThat(tokens.verdict(known)).isEqualTo(accepted("ann"));
    assertThat(tokens.verdict(known)).isEqualTo(accepted("ann"));
    assertThat(tokens.recognized).isEqualTo(1);
    server.keys(jwks(jwk("new", NEW.getPublic())));
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.verdict(known)).isEqualTo(INVALID);
    assertThat(tokens.verdict(old())).isEqualTo(INVALID);
    assertThat(tokens.verdict(fresh())).isEqualTo(after(Duration.ofMinutes(5)));
  }

  @Test
  void anotherKeyOfTheSameNameIsAnotherKey() {
    var known = old();
    assertThat(tokens.verdict(known)).isEqualTo(accepted("ann"));
    server.keys(jwks(jwk("old", TestJwt.curve("secp256r1").getPublic())));
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.verdict(known)).isEqualTo(INVALID);
  }

  @Test
  void itsOutageIsSurvived() {
    assertThat(tokens.verdict(old())).isEqualTo(accepted("ann"));
    server.die();
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.verdict(old())).isEqualTo(after(Duration.ofMinutes(5)));
    // Nobody knows whether it has such a key by now: the client shall come again.
    assertThat(tokens.verdict(fresh())).isEqualTo(LATER);
    assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.KEYS_UNAVAILABLE);
    assertThat(tokens.sentences.getLast()).contains(server.url().toString());
    server.comeBack();
    server.keys(jwks(jwk("new", NEW.getPublic())));
    tokens.pass(Duration.ofSeconds(10));
    assertThat(tokens.verdict(fresh())).isEqualTo(after(Duration.ofSeconds(310)));
    assertThat(tokens.verdict(old())).isEqualTo(INVALID);
  }

  @Test
  void outageThatLastsTooLongEndsTheTrust() {
    var known =
        signed(
            header(Algorithm.ES256, "old"),
            "{\"sub\":\"ann\",\"exp\":4000000000}",
            Algorithm.ES256,
            OLD.getPrivate());
    assertThat(tokens.verdict(known)).isInstanceOf(Verdict.Accepted.class);
    server.status(503);
    tokens.pass(Duration.ofMinutes(59));
    assertThat(tokens.verdict(known)).isInstanceOf(Verdict.Accepted.class);
    tokens.pass(Duration.ofMinutes(1));
    assertThat(tokens.verdict(known)).isEqualTo(LATER);
  }

  @Test
  void slownessHoldsUpNobodyWhoseKeyIsKnown() {
    assertThat(tokens.verdict(old())).isEqualTo(accepted("ann"));
    server.dripping();
    tokens.pass(Duration.ofSeconds(11));
    assertThat(tokens.verdict(fresh())).isEqualTo(LATER);
    assertThat(tokens.sentences.getLast()).contains("does not answer within 1000 ms");
    assertThat(tokens.verdict(old())).isEqualTo(after(Duration.ofSeconds(11)));
  }

  @Test
  void silenceIsNoTrustEither() {
    server.silent();
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.verdict(old())).isEqualTo(after(Duration.ofMinutes(5)));
    assertThat(tokens.sentences.getLast()).contains("cannot be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>Sign in</html>",
        "[]",
        "7",
        "{}",
        "{\"keys\":7}",
        "{\"keys\":[7]}",
        "{\"keys\":[]}",
        "{\"keys\":[{}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"old\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"old\",\"k\":\"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2Vj\"}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"old\",\"x\":\"AA\",\"y\":\"AA\"}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"old\",\"x\":\"AA\"}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\",\"kid\":\"old\",\"x\":\"AA\"}]}"
      })
  void nonsenseChangesNothing(String nonsense) {
    server.keys(nonsense);
    tokens.pass(Duration.ofMinutes(5));
    assertThat(server.asked).hasValue(2);
    assertThat(tokens.sentences.getLast()).contains("cannot be read", server.url().toString());
    assertThat(tokens.verdict(old())).isEqualTo(after(Duration.ofMinutes(5)));
  }

  @Test
  void keyThatIsNotUnderstoodHidesNoOther() {
    server.keys(
        jwks(
            "{\"kty\":\"future\",\"kid\":\"f\"}",
            jwk("enc", OLD.getPublic(), ",\"use\":\"enc\""),
            jwk("wrap", OLD.getPublic(), ",\"key_ops\":[\"wrapKey\"]"),
            jwk("other", OLD.getPublic(), ",\"alg\":\"ECDH-ES\""),
            jwk("new", NEW.getPublic(), ",\"use\":\"sig\",\"alg\":\"EdDSA\"")));
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.verdict(fresh())).isEqualTo(after(Duration.ofMinutes(5)));
    for (var kid : new String[] {"f", "enc", "wrap", "other"}) {
      assertThat(tokens.verdict(old(kid))).as(kid).isEqualTo(INVALID);
    }
  }

  @Test
  void keyOfTheSetSaysWhatItIsFor() {
    server.keys(
        jwks(jwk("ps", RSA.getPublic(), ",\"alg\":\"PS256\""), jwk("any", RSA.getPublic(), "")));
    tokens.pass(Duration.ofMinutes(5));
    var later = after(Duration.ofMinutes(5));
    assertThat(tokens.verdict(rsa(Algorithm.PS256, "ps"))).isEqualTo(later);
    assertThat(tokens.verdict(rsa(Algorithm.RS256, "ps"))).isEqualTo(INVALID);
    assertThat(tokens.lastReason()).isEqualTo(TokenRefusal.ALGORITHM);
    assertThat(tokens.verdict(rsa(Algorithm.RS256, "any"))).isEqualTo(later);
    assertThat(tokens.verdict(rsa(Algorithm.PS256, "any"))).isEqualTo(INVALID);
  }

  private static String rsa(Algorithm algorithm, String kid) {
    return signed(header(algorithm, kid), claims(""), algorithm, RSA.getPrivate());
  }

  @Test
  void hugeSetIsNotTaken() {
    var one = jwk("old", OLD.getPublic());
    server.keys(jwks(IntStream.range(0, 101).mapToObj(_ -> one).toArray(String[]::new)));
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.sentences.getLast()).contains("101 keys");
    var padding = IntStream.range(0, 300 << 10).mapToObj(_ -> " ").collect(Collectors.joining());
    server.keys(padding + jwks(one));
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.sentences.getLast()).contains("cannot be read");
    assertThat(tokens.verdict(old("new"))).isEqualTo(LATER);
    assertThat(tokens.verdict(old())).isInstanceOf(Verdict.Accepted.class);
  }

  /** Whoever can answer for it cannot make us ask elsewhere. */
  @Test
  void redirectIsNotFollowed() {
    try (var other = new JwksServer(jwks(jwk("new", NEW.getPublic())))) {
      server.answers(exchange -> {
        exchange.getResponseHeaders().add("Location", other.url().toString());
        exchange.sendResponseHeaders(302, -1);
      });
      tokens.pass(Duration.ofMinutes(5));
      assertThat(tokens.verdict(fresh())).isEqualTo(LATER);
      assertThat(other.asked).hasValue(0);
    }
  }

  /** Where a token points to is never asked, read or run. */
  @Test
  void tokenSendsUsNowhere() {
    try (var trap = new JwksServer(jwks(jwk("new", NEW.getPublic())))) {
      var stranger = TestJwt.curve("secp256r1");
      for (var more :
          new String[] {
            "\"kid\":\"../../../../dev/null\"",
            "\"kid\":\"' UNION SELECT 'x\"",
            "\"kid\":\"%s\"".formatted(trap.url()),
            "\"kid\":\"%s\"".formatted("k".repeat(5_000)),
            "\"kid\":\"\\u0000\\n\"",
            "\"kid\":\"\"",
            "\"kid\":7",
            "\"kid\":[\"old\"]",
            "\"jku\":\"%s\",\"kid\":\"new\"".formatted(trap.url()),
            "\"x5u\":\"%s\",\"kid\":\"old\"".formatted(trap.url()),
            "\"jwk\":%s,\"kid\":\"old\"".formatted(jwk("old", stranger.getPublic()))
          }) {
        var forged =
            signed(
                "{\"alg\":\"ES256\"," + more + "}",
                claims(""),
                Algorithm.ES256,
                stranger.getPrivate());
        assertThat(tokens.verdict(forged)).as(more).isEqualTo(INVALID);
      }
      assertThat(trap.asked).hasValue(0);
      assertThat(server.asked).hasValueLessThan(3);
    }
  }

  @Test
  void tokenThatNamesNoKeyIsTriedWithFew() {
    var others =
        IntStream.range(0, 60)
            .mapToObj(i -> jwk("k" + i, TestJwt.curve("secp256r1").getPublic()))
            .collect(Collectors.toList());
    others.add(jwk("old", OLD.getPublic()));
    server.keys(jwks(others.toArray(String[]::new)));
    tokens.pass(Duration.ofMinutes(5));
    assertThat(tokens.verdict(old(""))).isEqualTo(INVALID);
    assertThat(tokens.verdict(old())).isEqualTo(after(Duration.ofMinutes(5)));
  }
}
