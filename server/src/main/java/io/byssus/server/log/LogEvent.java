package io.byssus.server.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * One line of the log: a name that alerts can be built on, the values that belong to it, and a
 * sentence for people. Text that a stranger may have written goes through {@link OneLine} first.
 */
public final class LogEvent {
  private static final Pattern VALUE = Pattern.compile("\\{(\\w+)}");

  private final Logger log;
  private final Level level;
  private final Map<String, Object> values = new LinkedHashMap<>();

  private LogEvent(Logger log, Level level, String name) {
    this.log = log;
    this.level = level;
    values.put(JsonLines.EVENT, name);
  }

  public static LogEvent info(Logger log, String name) {
    return new LogEvent(log, Level.INFO, name);
  }

  public static LogEvent warn(Logger log, String name) {
    return new LogEvent(log, Level.WARN, name);
  }

  public static LogEvent error(Logger log, String name) {
    return new LogEvent(log, Level.ERROR, name);
  }

  /**
   * @param name none of the members that every line has
   */
  public LogEvent with(String name, Object value) {
    if (JsonLines.MEMBERS.contains(name)) {
      throw new IllegalArgumentException("every line has a member of its own called " + name);
    }
    values.put(name, value);
    return this;
  }

  /**
   * @param sentence in which {name} stands for the value of that name
   */
  public void say(String sentence) {
    write(sentence, log.atLevel(level));
  }

  /** With the trace of {@code cause}. */
  public void say(String sentence, Throwable cause) {
    write(sentence, log.atLevel(level).setCause(cause));
  }

  private void write(String sentence, org.slf4j.spi.LoggingEventBuilder line) {
    var out = line;
    for (var value : values.entrySet()) {
      out = out.addKeyValue(value.getKey(), value.getValue());
    }
    out.log(
        VALUE.matcher(sentence).replaceAll(name -> Matcher.quoteReplacement(value(name.group(1)))));
  }

  private String value(String name) {
    var value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the sentence has a value that was not given: " + name);
    }
    return value.toString();
  }
}
