package io.byssus.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets Logback up in code: reading its XML takes a tenth of a second at each start. Logback finds
 * this class by its service file. Whoever wants a file of their own names it with {@code
 * -Dlogback.configurationFile}.
 */
public final class Logs extends ContextAwareBase implements Configurator {
  /** The standard output until {@link #set} says more. */
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (ownFile()) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    set(context, "info", false);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static boolean ownFile() {
    return System.getProperty("logback.configurationFile") != null;
  }

  /**
   * @param level debug, info, warn or error
   * @param json one JSON object per line, for machines
   */
  public static void set(String level, boolean json) {
    if (!ownFile() && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      set(context, level, json);
    }
  }

  private static void set(LoggerContext context, String level, boolean json) {
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.setLevel(Level.toLevel(level));
    // Netty tells at debug level how it finds its way about each machine.
    context.getLogger("io.netty").setLevel(Level.INFO);
    // Lettuce writes about each connection; what matters of that the engine tells in our words.
    context.getLogger("io.lettuce").setLevel(Level.ERROR);
    var encoder = json ? json() : text(context);
    encoder.setContext(context);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    root.addAppender(appender);
  }

  private static Encoder<ILoggingEvent> text(LoggerContext context) {
    var layout = new TextLayout();
    layout.setContext(context);
    layout.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    return encoder;
  }

  static Encoder<ILoggingEvent> json() {
    var encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    return encoder;
  }
}
