package io.byssus.server.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Log lines for people: time, level, who, what. Whatever a client had a hand in (messages, also
 * those of exceptions) cannot begin a line of its own or steer a terminal.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
  private static final int MESSAGE_MAX = 2_000;
  private static final int FRAMES_MAX = 30;
  private static final int CAUSES_MAX = 10;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

  @Override
  public String doLayout(ILoggingEvent event) {
    var text = new StringBuilder(160);
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), text);
    text.append(' ').append(event.getLevel().levelStr).append(' ');
    text.append(simpleName(event.getLoggerName())).append(": ");
    text.append(OneLine.of(event.getFormattedMessage(), MESSAGE_MAX)).append('\n');
    var causes = 0;
    for (var thrown = event.getThrowableProxy();
        thrown != null && causes < CAUSES_MAX;
        thrown = thrown.getCause()) {
      append(thrown, causes == 0 ? "  " : "  because of ", text);
      causes++;
    }
    return text.toString();
  }

  private static String simpleName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static void append(IThrowableProxy thrown, String before, StringBuilder text) {
    text.append(before).append(thrown.getClassName());
    @Nullable String message = thrown.getMessage();
    if (message != null) {
      text.append(": ").append(OneLine.of(message, MESSAGE_MAX));
    }
    text.append('\n');
    var frames = thrown.getStackTraceElementProxyArray();
    for (var i = 0; i < frames.length && i < FRAMES_MAX; i++) {
      text.append("    ").append(frames[i].getSTEAsString()).append('\n');
    }
  }
}
