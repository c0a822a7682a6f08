package io.byssus.server.settings;

import io.byssus.redis.RedisAddress;
import io.byssus.server.config.ValueType;
import java.util.regex.Pattern;

/** Which engine, as the key engine names it. */
final class EngineType extends ValueType<EngineConfig> {
  private static final Pattern WORD = Pattern.compile("[\\w-]*");

  @Override
  public String what() {
    return "memory, or the address of a Redis such as redis://localhost:6379";
  }

  @Override
  public EngineConfig parse(String text) {
    if (text.equals("memory")) {
      return new EngineConfig.Memory();
    }
    if (WORD.matcher(text).matches()) {
      throw new IllegalArgumentException("no engine");
    }
    try {
      return new EngineConfig.Redis(RedisAddress.parse(text));
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
  }

  /** An address may have a password, and that of a wrong address may stand anywhere. */
  @Override
  public boolean repeatable(String text) {
    return WORD.matcher(text).matches();
  }

  @Override
  public String offTheCommandLine(String text, EngineConfig engine, String variable) {
    return engine instanceof EngineConfig.Redis(var address) && !address.password().isEmpty()
        ? "set redis.password to file:PATH instead, or the whole address by " + variable
        : "";
  }
}
