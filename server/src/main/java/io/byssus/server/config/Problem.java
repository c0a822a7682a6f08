package io.byssus.server.config;

import io.byssus.server.log.OneLine;

/**
 * Why a configuration is refused.
 *
 * @param path of the key, or the name of the file when it is about all of it
 * @param where it was found; empty: nowhere in it
 */
public record Problem(String path, String where, String message) {
  private static final int SHOWN_MAX = 60;
  private static final int PATH_MAX = 300;

  public Problem {
    path = OneLine.of(withoutLogin(path), PATH_MAX);
  }

  @Override
  public String toString() {
    return path + (where.isEmpty() ? "" : " (" + where + ")") + ": " + message;
  }

  /**
   * A given text, fit to be printed: short, on one line, and without the password of an address.
   */
  public static String quoted(String text) {
    return '"' + OneLine.of(withoutLogin(text), SHOWN_MAX) + '"';
  }

  /** The same with an ellipsis for all that may be user and password of an address in it. */
  public static String withoutLogin(String text) {
    return text.replaceAll("(?s)//.*@", "//…@");
  }
}
