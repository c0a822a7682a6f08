package io.byssus.server.auth;

import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.Optional;
import javax.crypto.SecretKey;

/**
 * How tokens are signed (RFC 7518 section 3, RFC 8037). Each key is for one of these (RFC 8725
 * section 3.1): what a token's header says can only fail to be that one.
 */
public enum Algorithm {
  HS256("HS256"),
  HS384("HS384"),
  HS512("HS512"),
  RS256("RS256"),
  RS384("RS384"),
  RS512("RS512"),
  PS256("PS256"),
  PS384("PS384"),
  PS512("PS512"),
  ES256("ES256"),
  ES384("ES384"),
  ES512("ES512"),
  EDDSA("EdDSA");

  /** RFC 9864 gives the curve its own name. */
  private static final String ED25519 = "Ed25519";

  private static final int RSA_BITS_MIN = 2048;

  private final String written;

  Algorithm(String written) {
    this.written = written;
  }

  /** The one of this name in a header or a key; empty if it is none that we take. */
  static Optional<Algorithm> named(String name) {
    if (name.equals(ED25519)) {
      return Optional.of(EDDSA);
    }
    for (var algorithm : values()) {
      if (algorithm.written.equals(name)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  /** What a key is for unless somebody says otherwise; empty if tokens are not signed with such. */
  static Optional<Algorithm> usual(Key key) {
    for (var algorithm : new Algorithm[] {HS256, RS256, ES256, ES384, ES512, EDDSA}) {
      if (algorithm.suits(key)) {
        return Optional.of(algorithm);
      }
    }
    return Optional.empty();
  }

  /** Whether {@code key} is of the type that this is computed with, and strong enough for it. */
  boolean suits(Key key) {
    return switch (this) {
      case HS256 -> secret(key, 256);
      case HS384 -> secret(key, 384);
      case HS512 -> secret(key, 512);
      case RS256, RS384, RS512, PS256, PS384, PS512 ->
          key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= RSA_BITS_MIN;
      case ES256 -> curve(key, 256);
      case ES384 -> curve(key, 384);
      case ES512 -> curve(key, 521);
      case EDDSA ->
          key instanceof EdECPublicKey edwards
              && edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName());
    };
  }

  private static boolean secret(Key key, int bits) {
    return key instanceof SecretKey && key.getEncoded().length * 8 >= bits;
  }

  /** Java knows only the three curves of NIST, which differ in this. */
  private static boolean curve(Key key, int bits) {
    return key instanceof ECPublicKey curve
        && curve.getParams().getCurve().getField().getFieldSize() == bits;
  }

  /** Whether it is computed with a secret that both sides have. */
  public boolean symmetric() {
    return switch (this) {
      case HS256, HS384, HS512 -> true;
      case RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EDDSA -> false;
    };
  }

  /** Whether it is computed with RSA, whose keys do not tell which of six they are for. */
  public boolean rsa() {
    return switch (this) {
      case RS256, RS384, RS512, PS256, PS384, PS512 -> true;
      case HS256, HS384, HS512, ES256, ES384, ES512, EDDSA -> false;
    };
  }

  /** As it stands in a header. */
  @Override
  public String toString() {
    return written;
  }
}
