package io.byssus.protocol;

import java.util.Locale;

/**
 * Why a connection ended. 1000-1015 are RFC 6455's; 4000-4399 invite a reconnect (with resume),
 * 4400-4999 end for good: coming back with the same credentials would end the same way. {@code
 * spec/codes.json} tells more; a test keeps the two equal.
 */
public enum CloseCode {
  NORMAL(1000),
  GOING_AWAY(1001),
  PROTOCOL_ERROR(1002),
  UNSUPPORTED_DATA(1003),
  INVALID_UTF8(1007),
  POLICY(1008),
  TOO_BIG(1009),
  INTERNAL_ERROR(1011),
  SERVICE_RESTART(1012),
  TRY_AGAIN_LATER(1013),
  CONNECT_TIMEOUT(4001),
  HEARTBEAT_TIMEOUT(4002),
  SLOW_CONSUMER(4008),
  RATE_LIMITED(4029),
  SESSION_LOST(4030),
  BAD_REQUEST(4400),
  UNAUTHORIZED(4401),
  FORBIDDEN(4403),
  TAKEN_OVER(4409),
  REPLACED(4410),
  TOO_MANY_SESSIONS(4411),
  ENDED(4412),
  DISCONNECTED(4413);

  private final int code;
  private final String wire = name().toLowerCase(Locale.ROOT);

  CloseCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The name in {@code spec/codes.json}, sent as the close reason. */
  public String wire() {
    return wire;
  }

  /** Whether a client does well to come back and resume. */
  public boolean reconnect() {
    return reconnect(code);
  }

  /**
   * The same for any code that a client may see, also from a proxy or its own side (1005, 1006).
   */
  public static boolean reconnect(int code) {
    return switch (code) {
      case 1000, 1002, 1003, 1007, 1008, 1009, 1010, 1015 -> false;
      default -> code < 4400;
    };
  }
}
