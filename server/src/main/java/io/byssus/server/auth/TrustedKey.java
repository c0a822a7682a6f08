package io.byssus.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.security.Key;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import javax.crypto.SecretKey;

/**
 * A key that tokens are signed with, and the one algorithm that it is for. Thread-safe; once
 * dropped it stays so, and what was verified with it is not known any more.
 */
final class TrustedKey {
  private final String id;
  private final Algorithm algorithm;
  private final Key key;
  private final JWSVerifier verifier;
  private volatile boolean dropped;

  /**
   * @param id as tokens name it (kid); empty: it is for tokens that name any key or none
   * @throws IllegalArgumentException if the algorithm is not computed with such a key
   */
  TrustedKey(String id, Algorithm algorithm, Key key) {
    if (!algorithm.suits(key)) {
      throw new IllegalArgumentException(
          "the key is not of the kind or the strength that %s needs".formatted(algorithm));
    }
    this.id = id;
    this.algorithm = algorithm;
    this.key = key;
    this.verifier = verifier(key);
  }

  private static JWSVerifier verifier(Key key) {
    try {
      return switch (key) {
        case SecretKey secret -> new MACVerifier(secret);
        case RSAPublicKey rsa -> new RSASSAVerifier(rsa);
        case ECPublicKey curve -> new ECDSAVerifier(curve);
        case EdECPublicKey edwards -> new Ed25519Verifier(edwards);
        default -> throw new IllegalArgumentException("tokens are not signed with such a key");
      };
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the key cannot be used", e);
    }
  }

  String id() {
    return id;
  }

  Algorithm algorithm() {
    return algorithm;
  }

  /** Whether {@code token}, which says that it is of this algorithm, was signed with this key. */
  boolean signed(SignedJWT token) throws JOSEException {
    return token.verify(verifier);
  }

  boolean same(TrustedKey other) {
    return id.equals(other.id)
        && algorithm == other.algorithm
        && MessageDigest.isEqual(key.getEncoded(), other.key.getEncoded());
  }

  void drop() {
    dropped = true;
  }

  boolean dropped() {
    return dropped;
  }
}
