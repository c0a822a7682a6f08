package io.byssus.redis;

/** Redis cannot be used; the message says which address, why, and what to do. */
public final class RedisUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  public RedisUnavailableException(String message) {
    super(message);
  }
}
