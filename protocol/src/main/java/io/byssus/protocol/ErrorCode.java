package io.byssus.protocol;

import java.util.Locale;

/**
 * Why a command failed. {@code spec/codes.json} says what each means and what to do; a test keeps
 * the two equal.
 */
public enum ErrorCode {
  MALFORMED(false),
  UNKNOWN_TYPE(false),
  UNSUPPORTED(false),
  TOO_LARGE(false),
  NOT_CONNECTED(false),
  ALREADY_CONNECTED(false),
  UNAUTHORIZED(false),
  FORBIDDEN(false),
  SESSION_EXPIRED(false),
  RESUME_REFUSED(false),
  TOO_MANY_SESSIONS(false),
  BAD_CHANNEL(false),
  ALREADY_SUBSCRIBED(false),
  NOT_SUBSCRIBED(false),
  TOO_MANY_SUBSCRIPTIONS(false),
  TOO_MANY_ATTRIBUTES(false),
  TOO_MANY_TAGS(false),
  BAD_OFFSET(false),
  NO_RECIPIENT(false),
  INBOX_FULL(true),
  NO_HISTORY(false),
  NO_PRESENCE(false),
  DURABILITY_UNAVAILABLE(false),
  RATE_LIMITED(true),
  /** The outcome is not known: it may have been stored. Repeat with the same dedupe id. */
  UNKNOWN(true),
  UNAVAILABLE(true),
  DRAINING(true),
  INTERNAL(true);

  private final String wire = name().toLowerCase(Locale.ROOT);
  private final boolean retryable;

  ErrorCode(boolean retryable) {
    this.retryable = retryable;
  }

  public String wire() {
    return wire;
  }

  /** Whether the same command may succeed later, unchanged. */
  public boolean retryable() {
    return retryable;
  }
}
