package io.byssus.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Signs tokens as {@link TokenAuthenticator} wants them: to try things out, and for tests. */
public final class TokenIssuer {
  private TokenIssuer() {}

  /**
   * @throws IllegalArgumentException if the rules have no key, or one that is too weak to sign with
   */
  public static String token(TokenRules rules, String user, Instant now, Duration ttl) {
    var key = rules.key().orElseThrow(() -> new IllegalArgumentException("there is no key"));
    var claims =
        new JWTClaimsSet.Builder()
            .subject(user)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(ttl)));
    rules.issuer().ifPresent(claims::issuer);
    rules.audience().ifPresent(claims::audience);
    var token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
    try {
      token.sign(new MACSigner(key));
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the key cannot sign", e);
    }
    return token.serialize();
  }
}
