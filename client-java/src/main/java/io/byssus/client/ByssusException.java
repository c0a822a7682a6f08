package io.byssus.client;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import java.util.stream.Stream;

/**
 * Why a call failed. Codes are the server's (section 16 of the protocol) and the five that a client
 * makes itself, which are constants here.
 */
public final class ByssusException extends RuntimeException {
  /** It may have been done or not: the connection or the session ended before the answer. */
  public static final String UNKNOWN = "unknown";

  /** There was no answer in time; a publication or directed message was surely not stored. */
  public static final String TIMEOUT = "timeout";

  /** Too much waits already; this was surely not sent. */
  public static final String OUTBOX_FULL = "outbox_full";

  /** The client is closed. */
  public static final String CLOSED = "closed";

  /** The client was closed first; this was surely not done. */
  public static final String NOT_SENT = "not_sent";

  private static final long serialVersionUID = 1;

  private final String code;
  private final boolean retryable;

  ByssusException(String code, String message, boolean retryable) {
    super(code + ": " + message);
    this.code = code;
    this.retryable = retryable;
  }

  static ByssusException of(ErrorCode code, String message) {
    return new ByssusException(code.wire(), message, code.retryable());
  }

  /** The end of a client, by a close code. */
  static ByssusException ended(int code, String reason) {
    var name =
        Stream.of(CloseCode.values())
            .filter(known -> known.code() == code)
            .map(CloseCode::wire)
            .findAny()
            .orElse(CLOSED);
    return new ByssusException(name, "close code %d %s".formatted(code, reason).strip(), false);
  }

  static ByssusException unknown(String message) {
    return of(ErrorCode.UNKNOWN, message);
  }

  static ByssusException timeout(String message) {
    return new ByssusException(TIMEOUT, message, true);
  }

  static ByssusException outboxFull(int max) {
    return new ByssusException(OUTBOX_FULL, max + " wait already", true);
  }

  static ByssusException closed(String message) {
    return new ByssusException(CLOSED, message, false);
  }

  static ByssusException notSent() {
    return new ByssusException(NOT_SENT, "the client was closed first", false);
  }

  /** For programs, such as {@code forbidden}. */
  public String code() {
    return code;
  }

  /** Whether the same may succeed later, unchanged. */
  public boolean retryable() {
    return retryable;
  }
}
