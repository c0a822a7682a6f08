package io.byssus.server.auth;

import static io.byssus.server.auth.TokenRefusal.AUDIENCE;
import static io.byssus.server.auth.TokenRefusal.EXPIRED;
import static io.byssus.server.auth.TokenRefusal.ISSUER;
import static io.byssus.server.auth.TokenRefusal.MALFORMED;
import static io.byssus.server.auth.TokenRefusal.NOT_YET_VALID;
import static io.byssus.server.auth.TokenRefusal.NO_EXPIRY;
import static io.byssus.server.auth.TokenRefusal.NO_USER;

import com.nimbusds.jwt.JWTClaimsSet;
import io.byssus.server.auth.Checked.Refused;
import java.time.Duration;
import java.time.Instant;

/**
 * Why the library has refused the claims of a token, in words for the operator. It decides nothing.
 * The library's own messages are of no use: they may hold what the token holds.
 */
record Explanation(TrustedIssuer issuer, Duration clockSkew, Instant now) {
  Refused of(JWTClaimsSet claims) {
    if (issuer.audience().filter(wanted -> !claims.getAudience().contains(wanted)).isPresent()) {
      return refused(
          AUDIENCE,
          "the token's aud is %s, and %s.audience is %s"
              .formatted(claims.getAudience(), issuer.path(), issuer.audience().get()));
    }
    if (issuer.issuer().filter(wanted -> !wanted.equals(claims.getIssuer())).isPresent()) {
      return refused(
          ISSUER,
          "the token's iss is %s, and %s.issuer is %s"
              .formatted(claims.getIssuer(), issuer.path(), issuer.issuer().get()));
    }
    if (!claims.getClaims().containsKey(issuer.userClaim())) {
      return refused(NO_USER, "the token has no " + issuer.userClaim());
    }
    if (claims.getExpirationTime() == null) {
      return refused(NO_EXPIRY, "the token has no exp");
    }
    return time(claims);
  }

  private Refused time(JWTClaimsSet claims) {
    var skew = clockSkew.toSeconds();
    var ago = Duration.between(claims.getExpirationTime().toInstant(), now).toSeconds();
    if (ago >= skew) {
      return refused(
          EXPIRED,
          "the token expired %d s ago (exp), and auth.jwt.clock-skew is %d s".formatted(ago, skew));
    }
    var notBefore = claims.getNotBeforeTime();
    if (notBefore != null) {
      var ahead = Duration.between(now, notBefore.toInstant()).toSeconds();
      return refused(
          NOT_YET_VALID,
          "the token is valid in %d s (nbf), and auth.jwt.clock-skew is %d s. Is a clock wrong?"
              .formatted(ahead, skew));
    }
    return refused(MALFORMED, "the token's claims are not valid");
  }

  private static Refused refused(TokenRefusal reason, String why) {
    return new Refused(reason, why, true);
  }
}
