package io.byssus.protocol;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  NOT_FOUND(false),
  DURABILITY_UNAVAILABLE(false),
  RATE_LIMITED(true),
  /** The outcome is not known: it may have been stored. Repeat with the same dedupe id. */
  UNKNOWN(true),
  UNAVAILABLE(true),
  DRAINING(true),
  INTERNAL(true);

  private static final Map<String, ErrorCode> BY_WIRE =
      Stream.of(values())
          .collect(Collectors.toUnmodifiableMap(ErrorCode::wire, Function.identity()));

  private final String wire = name().toLowerCase(Locale.ROOT);
  private final boolean retryable;

  ErrorCode(boolean retryable) {
    this.retryable = retryable;
  }

  public static Optional<ErrorCode> of(String wire) {
    return Optional.ofNullable(BY_WIRE.get(wire));
  }

  public String wire() {
    return wire;
  }

  /** Whether the same command may succeed later, unchanged. */
  public boolean retryable() {
    return retryable;
  }
}
