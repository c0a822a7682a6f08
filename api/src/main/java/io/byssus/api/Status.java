package io.byssus.api;

import io.byssus.protocol.ErrorCode;

/** The status of HTTP for each code: 504 is the one that leaves open what was done. */
final class Status {
  static final int OK = 200;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int UNSUPPORTED_MEDIA_TYPE = 415;

  private Status() {}

  static int of(ErrorCode code) {
    return switch (code) {
      case MALFORMED, UNKNOWN_TYPE, BAD_CHANNEL, UNSUPPORTED -> 400;
      case UNAUTHORIZED -> 401;
      case FORBIDDEN -> 403;
      case NO_RECIPIENT, NO_HISTORY, NO_PRESENCE, NOT_FOUND, SESSION_EXPIRED, NOT_SUBSCRIBED -> 404;
      case NOT_CONNECTED,
          ALREADY_CONNECTED,
          RESUME_REFUSED,
          TOO_MANY_SESSIONS,
          ALREADY_SUBSCRIBED,
          TOO_MANY_SUBSCRIPTIONS,
          TOO_MANY_ATTRIBUTES,
          TOO_MANY_TAGS,
          BAD_OFFSET,
          DURABILITY_UNAVAILABLE ->
          409;
      case TOO_LARGE -> 413;
      case RATE_LIMITED -> 429;
      case INTERNAL -> 500;
      case INBOX_FULL, UNAVAILABLE, DRAINING -> 503;
      case UNKNOWN -> 504;
    };
  }

  /** For what Jetty refuses by itself. */
  static ErrorCode code(int status) {
    return switch (status) {
      case 401 -> ErrorCode.UNAUTHORIZED;
      case 403 -> ErrorCode.FORBIDDEN;
      case 404 -> ErrorCode.NOT_FOUND;
      case 413, 414, 431 -> ErrorCode.TOO_LARGE;
      case 429 -> ErrorCode.RATE_LIMITED;
      case 503 -> ErrorCode.UNAVAILABLE;
      default -> status < 500 ? ErrorCode.MALFORMED : ErrorCode.INTERNAL;
    };
  }
}
