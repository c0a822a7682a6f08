package io.byssus.server.auth;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.SecretKey;

/** Where the keys of an issuer come from, as configured. */
public sealed interface KeyOrigin {
  /** The key of the configuration that names it. */
  String path();

  /**
   * A secret that the issuer has as well.
   *
   * @param file where it was read, if somebody may change it there
   */
  record Secret(String path, Algorithm algorithm, SecretKey key, Optional<SecretFile> file)
      implements KeyOrigin {}

  /**
   * @param reader reads it again
   */
  record SecretFile(Path file, SecretReader reader) {}

  /** Reads a secret. */
  @FunctionalInterface
  interface SecretReader {
    /**
     * @throws IllegalArgumentException if what is there cannot be used; the message tells why
     */
    SecretKey read() throws IOException;
  }

  /**
   * Public keys or certificates in a PEM file.
   *
   * @param rsa what the RSA keys among them are for
   */
  record PublicKeys(String path, Path file, Algorithm rsa) implements KeyOrigin {}

  /**
   * A JSON Web Key Set (RFC 7517 section 5) at an address.
   *
   * @param rsa what those RSA keys are for that do not say so themselves
   * @param refresh how often it is read
   * @param outage for how long its keys stay good when it cannot be read
   */
  record Jwks(String path, URI url, Algorithm rsa, Duration refresh, Duration outage)
      implements KeyOrigin {}
}
