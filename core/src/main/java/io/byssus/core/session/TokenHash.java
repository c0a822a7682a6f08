package io.byssus.core.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of a resume token, which is all that a store ever sees of it. Compared in constant time.
 */
public final class TokenHash {
  /** So many a hash has. */
  public static final int BYTES = 32;

  /**
   * The hash of no token: nobody can say one that has it. A session with this one is resumed by the
   * node itself, for whoever it knows its user to be.
   */
  public static final TokenHash NONE = new TokenHash(new byte[BYTES]);

  private final byte[] sha256;

  private TokenHash(byte[] sha256) {
    this.sha256 = sha256;
  }

  public static TokenHash of(String token) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return new TokenHash(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** As a store has kept it. */
  public static TokenHash stored(byte[] sha256) {
    return new TokenHash(sha256.clone());
  }

  /** {@link #BYTES} bytes, to read only. */
  public byte[] sha256() {
    return sha256;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenHash hash && MessageDigest.isEqual(sha256, hash.sha256);
  }

  @Override
  public int hashCode() {
    return sha256[0] << 24 | (sha256[1] & 255) << 16 | (sha256[2] & 255) << 8 | sha256[3] & 255;
  }

  @Override
  public String toString() {
    return "TokenHash";
  }
}
