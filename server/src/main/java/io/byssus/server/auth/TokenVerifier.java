package io.byssus.server.auth;

import static io.byssus.server.auth.TokenRefusal.ALGORITHM;
import static io.byssus.server.auth.TokenRefusal.MALFORMED;
import static io.byssus.server.auth.TokenRefusal.NO_EXPIRY;
import static io.byssus.server.auth.TokenRefusal.NO_USER;
import static io.byssus.server.auth.TokenRefusal.SIGNATURE;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.byssus.core.node.Authenticator.Verdict;
import io.byssus.server.auth.TokenVerifier.Checked.Refused;
import io.byssus.server.auth.TokenVerifier.Checked.Valid;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import tools.jackson.core.JacksonException;

/**
 * Reads the user off a JSON Web Token (RFC 7519) signed with HS256. The algorithm is ours and not
 * the token's (RFC 8725 section 3.1): what the header says can only make it fail. Thread-safe.
 */
final class TokenVerifier {
  private static final Pattern WHOLE = Pattern.compile("0|-?[1-9]\\d*");
  private static final Refused NO_EXP = new Refused(NO_EXPIRY, "the token has no exp");

  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
  private final TokenRules rules;
  private final InstantSource clock;

  TokenVerifier(SecretKey key, TokenRules rules, InstantSource clock) {
    this.rules = rules;
    this.clock = clock;
    processor.setJWSKeySelector(
        (header, _) -> header.getAlgorithm().equals(JWSAlgorithm.HS256) ? List.of(key) : List.of());
    processor.setJWTClaimsSetVerifier(claims(rules, clock));
  }

  private static DefaultJWTClaimsVerifier<SecurityContext> claims(
      TokenRules rules, InstantSource clock) {
    var exact = new JWTClaimsSet.Builder();
    rules.issuer().ifPresent(exact::issuer);
    var verifier =
        new DefaultJWTClaimsVerifier<SecurityContext>(
            rules.audience().orElse(null), exact.build(), Set.of("sub", "exp")) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        };
    verifier.setMaxClockSkew((int) rules.clockSkew().toSeconds());
    return verifier;
  }

  /** What a token turns out to be. */
  sealed interface Checked {
    record Valid(Verdict.Accepted verdict) implements Checked {}

    /**
     * @param why as {@link TokenObserver} wants it
     */
    record Refused(TokenRefusal reason, String why) implements Checked {}
  }

  Checked check(String token) {
    try {
      return JWTParser.parse(token) instanceof SignedJWT signed
          ? check(signed)
          : new Refused(ALGORITHM, "the token is not signed, and only HS256 is accepted");
    } catch (ParseException | IllegalArgumentException e) {
      return new Refused(
          MALFORMED,
          "the token is not a signed JSON Web Token (three parts). Does it begin with Bearer?");
    }
  }

  private Checked check(SignedJWT token) {
    var algorithm = token.getHeader().getAlgorithm();
    if (!algorithm.equals(JWSAlgorithm.HS256)) {
      return new Refused(
          ALGORITHM, "the token is signed with " + algorithm + ", and only HS256 is accepted");
    }
    try {
      var claims = processor.process(token, null);
      // The library takes "exp": null for a claim that is there, and checks no time then.
      return claims.getExpirationTime() == null ? NO_EXP : accept(token, claims);
    } catch (BadJWTException e) {
      return new Explanation(rules, clock.instant()).of(token);
    } catch (BadJWSException e) {
      return new Refused(
          SIGNATURE,
          "the token's signature does not match auth.jwt.secret: it was made with another key, or"
              + " one side reads the secret as text and the other as base64");
    } catch (BadJOSEException | JOSEException | JacksonException e) {
      return new Refused(
          MALFORMED, "the token's header asks for an unsupported feature (typ, crit)");
    }
  }

  private Checked accept(SignedJWT token, JWTClaimsSet claims) {
    var lasts = Duration.between(clock.instant(), claims.getExpirationTime().toInstant());
    var written = WrittenClaims.of(token.getPayload().toString());
    if (!written.timesFit()) {
      return new Refused(MALFORMED, "a time in the token (exp, nbf, iat) is out of range");
    }
    return written
        .number("sub")
        .map(TokenVerifier::digits)
        .orElseGet(() -> Optional.ofNullable(claims.getSubject()))
        .filter(user -> !user.isBlank())
        .map(user -> new Verdict.Accepted(user, lasts.plus(rules.clockSkew())))
        .<Checked>map(Valid::new)
        .orElse(new Refused(NO_USER, "the token's sub is blank, or a number with a fraction"));
  }

  /**
   * RFC 7519 has text for sub, and some issuers write numbers. A whole one is the user of these
   * digits; any other could be rounded to that of another user, so it names nobody.
   */
  private static Optional<String> digits(String number) {
    return WHOLE.matcher(number).matches() ? Optional.of(number) : Optional.empty();
  }
}
