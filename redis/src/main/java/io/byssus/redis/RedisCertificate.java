package io.byssus.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;

/**
 * By what a node is known to a Redis that asks for a certificate.
 *
 * @param chain PEM file of its certificate, and of those that lead to an authority
 * @param key PEM file of the private key, in PKCS #8 and not encrypted
 */
public record RedisCertificate(Path chain, Path key) {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final char[] NO_PASSWORD = {};
  private static final byte[] ANYTHING = "signed".getBytes(StandardCharsets.UTF_8);

  /**
   * @throws IllegalArgumentException with a sentence that says what is wrong with a file of
   *     certificates
   */
  public static void checkCertificates(Path file) {
    certificates(file);
  }

  /**
   * @throws IllegalArgumentException with a sentence that says what is wrong with the key
   */
  public void checkKey() {
    var known = known();
    try {
      var algorithm = known.getAlgorithm(); // RSA, EC, EdDSA
      var signature =
          Signature.getInstance(
              algorithm.startsWith("Ed") ? algorithm : "SHA256with" + signer(algorithm));
      signature.initSign(privateKey());
      signature.update(ANYTHING);
      var signed = signature.sign();
      signature.initVerify(known);
      signature.update(ANYTHING);
      if (!signature.verify(signed)) {
        throw new IllegalArgumentException(
            "this key is not the one of the certificate in " + chain);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "this key is not the one of the certificate in " + chain, e);
    }
  }

  private static String signer(String algorithm) {
    return algorithm.equals("EC") ? "ECDSA" : algorithm;
  }

  /**
   * Of the files as they are now.
   *
   * @throws IllegalArgumentException with a sentence that says what is wrong with them
   */
  KeyManagerFactory managers() {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      var shown = certificates(chain).toArray(X509Certificate[]::new);
      store.setKeyEntry("node", privateKey(), NO_PASSWORD, shown);
      var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(store, NO_PASSWORD);
      return managers;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "the key in " + key + " does not fit the certificate in " + chain, e);
    }
  }

  private PublicKey known() {
    return certificates(chain).getFirst().getPublicKey();
  }

  private PrivateKey privateKey() throws GeneralSecurityException {
    var text = text(key);
    var found = PKCS8.matcher(text);
    if (!found.find()) {
      throw new IllegalArgumentException(
          text.contains("PRIVATE KEY-----")
              ? "the private key is encrypted, or older than PKCS #8; this makes another file of"
                  + " it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW"
              : "there is no private key in PEM in the file");
    }
    return KeyFactory.getInstance(known().getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1))));
  }

  private static List<X509Certificate> certificates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      var found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new IllegalArgumentException("there is no certificate in PEM in " + file);
      }
      return found;
    } catch (CertificateException e) {
      throw new IllegalArgumentException("there is no certificate in PEM in " + file, e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static IllegalArgumentException unreadable(Path file, IOException failure) {
    return new IllegalArgumentException("the file " + file + " cannot be read", failure);
  }
}
