package io.byssus.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Log lines for machines: one JSON object each, with the values of a {@link LogEvent} as members.
 * Logback's own encoder names neither the node nor the time as people's tools expect them.
 */
final class JsonLines extends LayoutBase<ILoggingEvent> {
  static final String EVENT = "event";

  /** What a line has besides the values of its event. */
  static final Set<String> MEMBERS =
      Set.of("time", "level", "logger", "message", "node", EVENT, "error", "trace");

  private static final JsonFactory JSON = new JsonFactory();

  private final String node;

  /**
   * @param node whose log this is
   */
  JsonLines(String node) {
    this.node = node;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringWriter(256);
    try (var json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      json.writeStringProperty("time", time(event));
      json.writeStringProperty("level", event.getLevel().levelStr);
      json.writeStringProperty("logger", event.getLoggerName());
      json.writeStringProperty("message", event.getFormattedMessage());
      json.writeStringProperty("node", node);
      values(event).forEach(pair -> write(json, pair.key, pair.value));
      thrown(event, json);
      json.writeEndObject();
    }
    return line.append('\n').toString();
  }

  /** In UTC, always with milliseconds, so that times of the same day sort as text. */
  private static String time(ILoggingEvent event) {
    var time = Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS);
    var text = time.toString();
    return time.getNano() == 0 ? text.replace("Z", ".000Z") : text;
  }

  private static List<KeyValuePair> values(ILoggingEvent event) {
    var values = event.getKeyValuePairs();
    return values == null ? List.of() : values;
  }

  private static void write(JsonGenerator json, String name, @Nullable Object value) {
    switch (value) {
      case Integer number -> json.writeNumberProperty(name, number);
      case Long number -> json.writeNumberProperty(name, number);
      case Boolean flag -> json.writeBooleanProperty(name, flag);
      case null, default -> json.writeStringProperty(name, String.valueOf(value));
    }
  }

  private static void thrown(ILoggingEvent event, JsonGenerator json) {
    var thrown = event.getThrowableProxy();
    if (thrown != null) {
      json.writeStringProperty("error", thrown.getClassName() + ": " + thrown.getMessage());
      json.writeStringProperty("trace", ThrowableProxyUtil.asString(thrown));
    }
  }
}
