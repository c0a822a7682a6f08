package io.byssus.api;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A request as it is sent, byte by byte.
 *
 * @param operation that it is meant for; empty: for none
 * @param path as a described one has it; empty where there is none
 * @param claim what the description says of it
 * @param bytes all that is sent
 */
record GeneratedRequest(
    String operation, String method, String path, Claim claim, byte[] bytes, boolean half) {
  private static final int SHOWN = 600;

  enum Claim {
    /** It is as described: not refused for its form. */
    GOOD,
    /** It is not as described: refused. */
    BAD,
    /** Nobody knows; it must be answered, and in a form that is known. */
    ODD,
    /** It is no HTTP: it may also be hung up on. */
    BROKEN
  }

  static GeneratedRequest of(
      String operation, String method, String path, Claim claim, List<String> head, byte[] body) {
    var top = (String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
    var all = new byte[top.length + body.length];
    System.arraycopy(top, 0, all, 0, top.length);
    System.arraycopy(body, 0, all, top.length, body.length);
    return new GeneratedRequest(operation, method, path, claim, all, false);
  }

  /** The same, and nothing comes after it. */
  GeneratedRequest thenHalfClosed() {
    return new GeneratedRequest(operation, method, path, claim, bytes, true);
  }

  @Override
  public String toString() {
    var text = new StringBuilder(claim + " " + operation + "\n");
    for (var i = 0; i < Math.min(SHOWN, bytes.length); i++) {
      var plain = bytes[i] >= ' ' && bytes[i] < 0x7F || bytes[i] == '\n';
      text.append(plain ? Character.toString(bytes[i]) : "\\x%02x".formatted(bytes[i]));
    }
    return text.toString();
  }
}
