package io.byssus.server.settings;

import io.byssus.redis.RedisSettings;
import io.byssus.server.config.ValueType;

/** What names in Redis begin with. */
final class RedisPrefixType extends ValueType<String> {
  @Override
  public String what() {
    return "letters, digits, dots, dashes, underscores and colons, 64 at most";
  }

  @Override
  public String parse(String text) {
    try {
      RedisSettings.checkPrefix(text);
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
    return text;
  }
}
