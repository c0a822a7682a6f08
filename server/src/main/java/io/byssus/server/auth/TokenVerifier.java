package io.byssus.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.byssus.core.node.Authenticator.Verdict;
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

  /** Empty for whatever is not a valid token, for whichever reason. */
  Optional<Verdict> verdict(String token) {
    try {
      var signed = SignedJWT.parse(token);
      var claims = processor.process(signed, null);
      // The library takes "exp": null for a claim that is there, and checks no time then.
      if (claims.getExpirationTime() == null) {
        return Optional.empty();
      }
      var lasts = Duration.between(clock.instant(), claims.getExpirationTime().toInstant());
      var written = WrittenClaims.of(signed.getPayload().toString());
      if (!written.timesFit()) {
        return Optional.empty();
      }
      return written
          .number("sub")
          .map(TokenVerifier::digits)
          .orElseGet(() -> Optional.ofNullable(claims.getSubject()))
          .filter(user -> !user.isBlank())
          .map(user -> new Verdict.Accepted(user, lasts.plus(rules.clockSkew())));
    } catch (ParseException | BadJOSEException | JOSEException | JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * RFC 7519 has text for sub, and some issuers write numbers. A whole one is the user of these
   * digits; any other could be rounded to that of another user, so it names nobody.
   */
  private static Optional<String> digits(String number) {
    return WHOLE.matcher(number).matches() ? Optional.of(number) : Optional.empty();
  }
}
