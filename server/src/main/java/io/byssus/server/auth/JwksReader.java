package io.byssus.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a JSON Web Key Set (RFC 7517): the keys of it that tokens can be signed with. Others are
 * left out, as the RFC has it; a symmetric one is none that may stand there.
 */
final class JwksReader {
  private static final int KEYS_MAX = 100;
  private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

  private JwksReader() {}

  /**
   * @param rsa what an RSA key is for that does not say it
   * @throws IllegalArgumentException if that is no key set, or not one key of it can be used; the
   *     message is for the operator
   */
  static List<TrustedKey> read(String text, Algorithm rsa) {
    var found = new ArrayList<TrustedKey>();
    var written = written(text);
    if (written.size() > KEYS_MAX) {
      throw new IllegalArgumentException(
          "it has %d keys, and %d are taken at most".formatted(written.size(), KEYS_MAX));
    }
    for (var key : written) {
      usable(key, rsa).ifPresent(found::add);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "none of its %d keys is one that tokens can be signed with".formatted(written.size()));
    }
    return found;
  }

  private static List<Map<String, Object>> written(String text) {
    try {
      var keys = JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(text), "keys");
      if (keys != null) {
        return List.of(keys);
      }
    } catch (ParseException | IllegalArgumentException e) {
      throw new IllegalArgumentException("what is there is no JSON Web Key Set", e);
    }
    throw new IllegalArgumentException("what is there is no JSON Web Key Set");
  }

  private static Optional<TrustedKey> usable(Map<String, Object> written, Algorithm rsa) {
    try {
      var key = JWK.parse(written);
      if (!forSignatures(key)) {
        return Optional.empty();
      }
      return publicKey(key).flatMap(usable -> trusted(key, usable, rsa));
    } catch (ParseException | JOSEException | IllegalArgumentException e) {
      return Optional.empty(); // one that is not understood says nothing about the others
    }
  }

  private static boolean forSignatures(JWK key) {
    return (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
        && (key.getKeyOperations() == null
            || key.getKeyOperations().contains(KeyOperation.VERIFY)
            || key.getKeyOperations().contains(KeyOperation.SIGN));
  }

  private static Optional<PublicKey> publicKey(JWK key) throws JOSEException {
    return switch (key) {
      case RSAKey rsa -> Optional.of(rsa.toRSAPublicKey());
      case ECKey curve -> Optional.of(curve.toECPublicKey());
      case OctetKeyPair edwards -> edwards(edwards);
      default -> Optional.empty();
    };
  }

  private static Optional<PublicKey> edwards(OctetKeyPair key) {
    var point = key.getDecodedX();
    if (!key.getCurve().getName().equals("Ed25519") || point.length != 32) {
      return Optional.empty();
    }
    var encoded = new byte[ED25519.length + point.length];
    System.arraycopy(ED25519, 0, encoded, 0, ED25519.length);
    System.arraycopy(point, 0, encoded, ED25519.length, point.length);
    try {
      return Optional.of(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  private static Optional<TrustedKey> trusted(JWK key, PublicKey usable, Algorithm rsa) {
    var algorithm =
        key.getAlgorithm() != null
            ? Algorithm.named(key.getAlgorithm().getName())
            : Algorithm.usual(usable).map(usual -> usual.rsa() ? rsa : usual);
    var id = key.getKeyID() == null ? "" : key.getKeyID();
    return algorithm
        .filter(known -> known.suits(usable))
        .map(known -> new TrustedKey(id, known, usable));
  }
}
