package io.byssus.server.settings;

import io.byssus.server.config.Group;

/** The group log: what is logged. */
public record LogConfig(Level level, Format format) {
  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  public enum Format {
    TEXT,
    JSON
  }

  static LogConfig read(Group in) {
    return new LogConfig(
        in.key("level", "The lowest level that is logged.").oneOf(Level.INFO),
        in.key("format", "text for people, json for machines: one object per line.")
            .oneOf(Format.TEXT));
  }
}
