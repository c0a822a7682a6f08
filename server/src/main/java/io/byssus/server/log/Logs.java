package io.byssus.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
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
    set(context, "info", new TextLayout());
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static boolean ownFile() {
    return System.getProperty("logback.configurationFile") != null;
  }

  /**
   * @param level debug, info, warn or error
   */
  public static void setText(String level) {
    if (!ownFile() && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      set(context, level, new TextLayout());
    }
  }

  /**
   * One JSON object per line, for machines.
   *
   * @param level debug, info, warn or error
   * @param node whose log this is
   */
  public static void setJson(String level, String node) {
    if (!ownFile() && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      set(context, level, new JsonLines(node));
    }
  }

  private static void set(LoggerContext context, String level, Layout<ILoggingEvent> lines) {
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.setLevel(Level.toLevel(level));
    // Netty tells at debug level how it finds its way about each machine.
    context.getLogger("io.netty").setLevel(Level.INFO);
    // Lettuce writes about each connection; what matters of that the engine tells in our words.
    context.getLogger("io.lettuce").setLevel(Level.ERROR);
    // Jetty tells of its life cycle, and of each request that failed; the API does in our words.
    context.getLogger("org.eclipse.jetty").setLevel(Level.OFF);
    lines.setContext(context);
    lines.start();
    var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(lines);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    root.addAppender(appender);
  }
}
