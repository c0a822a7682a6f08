package io.byssus.server.auth;

import static io.byssus.server.auth.TestJwt.header;
import static io.byssus.server.auth.TestJwt.signed;
import static io.byssus.server.auth.Tokens.INVALID;
import static io.byssus.server.auth.Tokens.accepted;
import static io.byssus.server.auth.Tokens.claims;
import static io.byssus.server.auth.Tokens.issuer;
import static io.byssus.server.auth.Tokens.secret;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensOfSeveralIssuersTest {
  private static final byte[] ONE =
      "the secret of the one, 40 characters or so".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TWO =
      "the secret of the two, 40 characters or so".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OWN =
      "the secret that anybody's tokens may have".getBytes(StandardCharsets.UTF_8);

  private final Tokens named =
      new Tokens(
          issuer("one", "chat", "sub", secret("one.secret", Algorithm.HS256, ONE)),
          issuer("two", "", "uid", secret("two.secret", Algorithm.HS256, TWO)));
  private final Tokens withOwn =
      new Tokens(
          issuer(secret("own.secret", Algorithm.HS256, OWN)),
          issuer("one", "chat", "sub", secret("one.secret", Algorithm.HS256, ONE)));

  @AfterEach
  void stop() {
    named.close();
    withOwn.close();
  }

  private static String token(byte[] secret, String more) {
    return signed(header(Algorithm.HS256, ""), claims(more), Algorithm.HS256, secret);
  }

  @Test
  void eachHasItsKeysItsAudienceAndItsClaim() {
    assertThat(named.verdict(token(ONE, ",\"iss\":\"one\",\"aud\":[\"mail\",\"chat\"]")))
        .isEqualTo(accepted("ann"));
    assertThat(named.verdict(token(TWO, ",\"iss\":\"two\",\"uid\":\"bob\"")))
        .isEqualTo(accepted("bob"));
    assertThat(named.verdict(token(TWO, ",\"iss\":\"two\",\"uid\":18446744073709551615")))
        .isEqualTo(accepted("18446744073709551615"));
  }

  @Test
  void keyOfOneSignsNothingForTheOther() {
    assertThat(named.verdict(token(ONE, ",\"iss\":\"two\",\"uid\":\"bob\""))).isEqualTo(INVALID);
    assertThat(named.lastReason()).isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(named.verdict(token(TWO, ",\"iss\":\"one\",\"aud\":\"chat\""))).isEqualTo(INVALID);
    assertThat(named.lastReason()).isEqualTo(TokenRefusal.SIGNATURE);
    assertThat(withOwn.verdict(token(OWN, ",\"iss\":\"one\",\"aud\":\"chat\""))).isEqualTo(INVALID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ISSUER   | ,\"aud\":\"chat\"",
        "ISSUER   | ,\"iss\":\"three\",\"aud\":\"chat\"",
        "ISSUER   | ,\"iss\":\"one/\",\"aud\":\"chat\"",
        "MALFORMED | ,\"iss\":[\"one\"],\"aud\":\"chat\"",
        "ISSUER   | ,\"iss\":null,\"aud\":\"chat\"",
        "AUDIENCE | ,\"iss\":\"one\"",
        "AUDIENCE | ,\"iss\":\"one\",\"aud\":\"mail\"",
        "AUDIENCE | ,\"iss\":\"one\",\"aud\":[\"chat:x\"]",
        "AUDIENCE | ,\"iss\":\"one\",\"aud\":[]"
      })
  void wrongIssuerOrAudienceIsRefused(TokenRefusal reason, String more) {
    assertThat(named.verdict(token(ONE, more))).isEqualTo(INVALID);
    assertThat(named.lastReason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"uid\":\"\"",
        ",\"uid\":\" \"",
        ",\"uid\":null",
        ",\"uid\":true",
        ",\"uid\":[\"bob\"]",
        ",\"uid\":{\"a\":\"bob\"}",
        ",\"uid\":4.2e1",
        ",\"uid\":42.0",
        ",\"uid\":\"bob\",\"uid\":\"ann\""
      })
  void claimMustNameAUser(String more) {
    assertThat(named.verdict(token(TWO, ",\"iss\":\"two\"" + more))).isEqualTo(INVALID);
    assertThat(named.lastReason()).isIn(TokenRefusal.NO_USER, TokenRefusal.MALFORMED);
  }

  /** The form of before: its own key, whatever the issuer is called. */
  @Test
  void keyWithoutAnIssuerIsForAllThatAreNotNamed() {
    assertThat(withOwn.verdict(token(OWN, ""))).isEqualTo(accepted("ann"));
    assertThat(withOwn.verdict(token(OWN, ",\"iss\":\"whoever\""))).isEqualTo(accepted("ann"));
    assertThat(withOwn.verdict(token(ONE, ",\"iss\":\"one\",\"aud\":\"chat\"")))
        .isEqualTo(accepted("ann"));
    assertThat(withOwn.verdict(token(ONE, ""))).isEqualTo(INVALID);
  }
}
