package io.byssus.server.auth;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads keys in PEM (RFC 7468): PUBLIC KEY and CERTIFICATE, and PRIVATE KEY for signing. Messages
 * of its IllegalArgumentExceptions are for the operator.
 */
public final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final List<String> KINDS = List.of("RSA", "EC", "Ed25519");
  private static final int KEYS_MAX = 16;
  private static final int BYTES_MAX = 1 << 16;

  private PemKeys() {}

  /**
   * All public keys of a file, at least one, each of a kind that tokens are signed with.
   *
   * @throws IllegalArgumentException if it has something else
   */
  public static List<PublicKey> publicKeys(Path file) throws IOException {
    return publicKeys(text(file));
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > BYTES_MAX) {
      throw new IllegalArgumentException("the file is longer than 64 KiB");
    }
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  static List<PublicKey> publicKeys(String text) {
    var keys = new ArrayList<PublicKey>();
    var blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      keys.add(usable(publicKey(blocks.group(1), bytes(blocks.group(2)))));
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no key in it; a line -----BEGIN PUBLIC KEY----- comes before one");
    }
    if (keys.size() > KEYS_MAX) {
      throw new IllegalArgumentException(
          "it has %d keys, and %d are taken at most".formatted(keys.size(), KEYS_MAX));
    }
    return keys;
  }

  private static byte[] bytes(String base64) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("what stands between BEGIN and END is not base64", e);
    }
  }

  private static PublicKey publicKey(String label, byte[] encoded) {
    return switch (label) {
      case "PUBLIC KEY" -> subjectPublicKey(encoded);
      case "CERTIFICATE" -> ofCertificate(encoded);
      default -> {
        if (label.endsWith("PRIVATE KEY")) {
          throw new IllegalArgumentException(
              "it has a private key, which is for the issuer alone; make the public one with:"
                  + " openssl pkey -in FILE -pubout");
        }
        throw new IllegalArgumentException(
            "it has a %s; take PUBLIC KEY or CERTIFICATE".formatted(label));
      }
    };
  }

  private static PublicKey subjectPublicKey(byte[] encoded) {
    for (var kind : KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // Of another kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has " + kind, e);
      }
    }
    throw new IllegalArgumentException(
        "it has a key that is none of RSA, Ed25519 or a curve of NIST (P-256, P-384, P-521)");
  }

  private static PublicKey ofCertificate(byte[] encoded) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(encoded))
          .getPublicKey();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("it has a certificate that cannot be read", e);
    }
  }

  private static PublicKey usable(PublicKey key) {
    if (Algorithm.usual(key).isEmpty()) {
      throw new IllegalArgumentException(
          "it has a key that tokens cannot be signed with: take RSA of 2048 bits at least, P-256,"
              + " P-384, P-521 or Ed25519");
    }
    return key;
  }

  /**
   * The private key of a file (PKCS #8), to sign with.
   *
   * @throws IllegalArgumentException if there is none in it
   */
  static PrivateKey privateKey(Path file) throws IOException {
    var blocks = BLOCK.matcher(text(file));
    while (blocks.find()) {
      if (blocks.group(1).equals("PRIVATE KEY")) {
        return privateKey(bytes(blocks.group(2)));
      }
    }
    throw new IllegalArgumentException(
        "there is no key in it after -----BEGIN PRIVATE KEY-----; make one, say, with: openssl"
            + " genpkey -algorithm ed25519, or of an older one with: openssl pkcs8 -topk8"
            + " -nocrypt");
  }

  private static PrivateKey privateKey(byte[] encoded) {
    for (var kind : KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // Of another kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has " + kind, e);
      }
    }
    throw new IllegalArgumentException("its private key is none of RSA, EC or Ed25519");
  }
}
