package io.byssus.server.settings;

import io.byssus.server.config.ValueType;
import java.util.regex.Pattern;

/** The name of a cookie (RFC 6265 section 4.1.1). */
final class CookieNameType extends ValueType<String> {
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

  @Override
  public String what() {
    return "the name of a cookie";
  }

  @Override
  public String parse(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("no token of HTTP");
    }
    return text;
  }
}
