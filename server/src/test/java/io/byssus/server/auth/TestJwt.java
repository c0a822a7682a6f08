package io.byssus.server.auth;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens and keys by hand, right ones and wrong ones: with Java alone. */
final class TestJwt {
  private TestJwt() {}

  static KeyPair rsa() {
    return pair("RSA", 2048);
  }

  static KeyPair curve(String name) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(name));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair edwards() {
    return pair("Ed25519", 255);
  }

  private static KeyPair pair(String kind, int size) {
    try {
      var generator = KeyPairGenerator.getInstance(kind);
      generator.initialize(size);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair pairFor(Algorithm algorithm) {
    return switch (algorithm) {
      case HS256, HS384, HS512 -> throw new IllegalArgumentException("no pair");
      case RS256, RS384, RS512, PS256, PS384, PS512 -> rsa();
      case ES256 -> curve("secp256r1");
      case ES384 -> curve("secp384r1");
      case ES512 -> curve("secp521r1");
      case EDDSA -> edwards();
    };
  }

  static String header(Algorithm algorithm, String kid) {
    return kid.isEmpty()
        ? "{\"alg\":\"%s\"}".formatted(algorithm)
        : "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(algorithm, kid);
  }

  static String signed(String header, String claims, Algorithm algorithm, PrivateKey key) {
    var content = base64(header) + "." + base64(claims);
    try {
      var signature = signature(algorithm);
      signature.initSign(key);
      signature.update(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String signed(String header, String claims, Algorithm algorithm, byte[] secret) {
    var content = base64(header) + "." + base64(claims);
    try {
      var name = "HmacSHA" + algorithm.toString().substring(2);
      var mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(secret, name));
      return content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Signature signature(Algorithm algorithm) throws GeneralSecurityException {
    var bits = algorithm.toString().substring(2);
    return switch (algorithm) {
      case HS256, HS384, HS512 -> throw new IllegalArgumentException("no signature");
      case RS256, RS384, RS512 -> Signature.getInstance("SHA" + bits + "withRSA");
      case PS256, PS384, PS512 -> {
        var hash = "SHA-" + bits;
        var pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(
            new PSSParameterSpec(
                hash, "MGF1", new MGF1ParameterSpec(hash), Integer.parseInt(bits) / 8, 1));
        yield pss;
      }
      case ES256, ES384, ES512 -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
      case EDDSA -> Signature.getInstance("Ed25519");
    };
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String pem(PublicKey key) {
    return pem("PUBLIC KEY", key.getEncoded());
  }

  static String pem(PrivateKey key) {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  static String pem(String label, byte[] encoded) {
    var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label);
  }

  static String jwks(String... keys) {
    return "{\"keys\":[" + String.join(",", keys) + "]}";
  }

  /** Without alg. */
  static String jwk(String kid, PublicKey key) {
    return jwk(kid, key, "");
  }

  /**
   * @param more further members, with a comma in front
   */
  static String jwk(String kid, PublicKey key, String more) {
    var written =
        switch (key) {
          case RSAPublicKey rsa -> new RSAKey.Builder(rsa).build().toJSONString();
          case ECPublicKey curve ->
              new ECKey.Builder(Curve.forECParameterSpec(curve.getParams()), curve)
                  .build()
                  .toJSONString();
          default -> {
            var encoded = key.getEncoded();
            var point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
            yield "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}".formatted(base64(point));
          }
        };
    return written.substring(0, written.length() - 1) + ",\"kid\":\"%s\"%s}".formatted(kid, more);
  }
}
