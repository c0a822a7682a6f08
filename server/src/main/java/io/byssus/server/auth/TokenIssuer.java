package io.byssus.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * Signs tokens as {@link TokenAuthenticator} wants them: to try things out, and for tests.
 *
 * @param issuer whose claims it writes
 * @param key with which it signs
 * @param id as which the key is known; empty: it is not named
 */
public record TokenIssuer(TrustedIssuer issuer, Algorithm algorithm, Key key, Optional<String> id) {
  /** One that signs with the first secret that there is; empty if there is none. */
  public static Optional<TokenIssuer> withSecret(TokenRules rules) {
    for (var issuer : rules.issuers()) {
      for (var origin : issuer.keys()) {
        if (origin instanceof KeyOrigin.Secret(var _, var algorithm, var key, var _)) {
          return Optional.of(new TokenIssuer(issuer, algorithm, key, Optional.empty()));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * One that signs with the private key of a PEM file.
   *
   * @throws IllegalArgumentException if there is none in it; the message is for the operator
   */
  public static TokenIssuer withKeyIn(Path file, TrustedIssuer issuer, Optional<String> id)
      throws IOException {
    var key = PemKeys.privateKey(file);
    return new TokenIssuer(issuer, algorithm(key, issuer), key, id);
  }

  private static Algorithm algorithm(PrivateKey key, TrustedIssuer issuer) {
    return switch (key) {
      case RSAPrivateKey _ ->
          issuer.keys().stream()
              .map(TokenIssuer::rsa)
              .flatMap(Optional::stream)
              .findFirst()
              .orElse(Algorithm.RS256);
      case ECPrivateKey curve ->
          switch (curve.getParams().getCurve().getField().getFieldSize()) {
            case 256 -> Algorithm.ES256;
            case 384 -> Algorithm.ES384;
            default -> Algorithm.ES512;
          };
      default -> Algorithm.EDDSA;
    };
  }

  private static Optional<Algorithm> rsa(KeyOrigin origin) {
    return switch (origin) {
      case KeyOrigin.Secret _ -> Optional.empty();
      case KeyOrigin.PublicKeys(var _, var _, var rsa) -> Optional.of(rsa);
      case KeyOrigin.Jwks(var _, var _, var rsa, var _, var _) -> Optional.of(rsa);
    };
  }

  /** With the first secret of the rules: for tests. */
  public static String token(TokenRules rules, String user, Instant now, Duration ttl) {
    return withSecret(rules)
        .orElseThrow(() -> new IllegalArgumentException("there is no secret"))
        .token(user, now, ttl);
  }

  /**
   * @throws IllegalArgumentException if the key cannot sign
   */
  public String token(String user, Instant now, Duration ttl) {
    var claims =
        new JWTClaimsSet.Builder()
            .claim(issuer.userClaim(), user)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(ttl)));
    issuer.issuer().ifPresent(claims::issuer);
    issuer.audience().ifPresent(claims::audience);
    var header = new JWSHeader.Builder(JWSAlgorithm.parse(algorithm.toString()));
    id.ifPresent(header::keyID);
    var unsigned = new SignedJWT(header.build(), claims.build());
    try {
      if (key instanceof EdECPrivateKey edwards) {
        return edwards(unsigned, edwards);
      }
      unsigned.sign(signer());
      return unsigned.serialize();
    } catch (JOSEException | GeneralSecurityException e) {
      throw new IllegalArgumentException("the key cannot sign", e);
    }
  }

  private JWSSigner signer() throws JOSEException {
    return switch (key) {
      case SecretKey secret -> new MACSigner(secret);
      case RSAPrivateKey rsa -> new RSASSASigner(rsa);
      case ECPrivateKey curve -> new ECDSASigner(curve);
      default -> throw new JOSEException("no such signer");
    };
  }

  /** The library signs so with a further library only. */
  private static String edwards(SignedJWT unsigned, EdECPrivateKey key)
      throws GeneralSecurityException {
    var content = unsigned.getHeader().toBase64URL() + "." + unsigned.getPayload().toBase64URL();
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(content.getBytes(StandardCharsets.US_ASCII));
    return content + "." + Base64URL.encode(signature.sign());
  }

  /** Neither key nor claims. */
  @Override
  public String toString() {
    return "TokenIssuer[" + algorithm + "]";
  }
}
