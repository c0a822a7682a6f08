package io.byssus.server.auth;

import static io.byssus.server.auth.TokenRefusal.AUDIENCE;
import static io.byssus.server.auth.TokenRefusal.EXPIRED;
import static io.byssus.server.auth.TokenRefusal.ISSUER;
import static io.byssus.server.auth.TokenRefusal.MALFORMED;
import static io.byssus.server.auth.TokenRefusal.NOT_YET_VALID;
import static io.byssus.server.auth.TokenRefusal.NO_EXPIRY;
import static io.byssus.server.auth.TokenRefusal.NO_USER;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.byssus.server.auth.TokenVerifier.Checked.Refused;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;

/**
 * Why the library has refused the claims of a token, in words for the operator. It decides nothing.
 * The library's own messages are of no use: they may hold what the token holds.
 */
record Explanation(TokenRules rules, Instant now) {
  Refused of(SignedJWT token) {
    try {
      return of(token.getJWTClaimsSet());
    } catch (ParseException e) {
      return new Refused(
          MALFORMED, "the token's claims are not a JSON object, or a claim has the wrong type");
    }
  }

  private Refused of(JWTClaimsSet claims) {
    if (rules.audience().filter(wanted -> !claims.getAudience().contains(wanted)).isPresent()) {
      return new Refused(
          AUDIENCE,
          "the token's aud is %s, and auth.jwt.audience is %s"
              .formatted(claims.getAudience(), rules.audience().get()));
    }
    if (rules.issuer().filter(wanted -> !wanted.equals(claims.getIssuer())).isPresent()) {
      return new Refused(
          ISSUER,
          "the token's iss is %s, and auth.jwt.issuer is %s"
              .formatted(claims.getIssuer(), rules.issuer().get()));
    }
    if (!claims.getClaims().containsKey("sub")) {
      return new Refused(NO_USER, "the token has no sub");
    }
    if (claims.getExpirationTime() == null) {
      return new Refused(NO_EXPIRY, "the token has no exp");
    }
    return time(claims);
  }

  private Refused time(JWTClaimsSet claims) {
    var skew = rules.clockSkew().toSeconds();
    var ago = Duration.between(claims.getExpirationTime().toInstant(), now).toSeconds();
    if (ago >= skew) {
      return new Refused(
          EXPIRED,
          "the token expired %d s ago (exp), and auth.jwt.clock-skew is %d s".formatted(ago, skew));
    }
    var notBefore = claims.getNotBeforeTime();
    if (notBefore != null) {
      var ahead = Duration.between(now, notBefore.toInstant()).toSeconds();
      return new Refused(
          NOT_YET_VALID,
          "the token is valid in %d s (nbf), and auth.jwt.clock-skew is %d s. Is a clock wrong?"
              .formatted(ahead, skew));
    }
    return new Refused(MALFORMED, "the token's claims are not valid");
  }
}
