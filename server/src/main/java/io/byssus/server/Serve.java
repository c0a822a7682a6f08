package io.byssus.server;

import io.byssus.server.cli.Exit;
import io.byssus.server.config.Durations;
import io.byssus.server.log.FileDescriptors;
import io.byssus.server.log.LogEvent;
import io.byssus.server.log.Logs;
import io.byssus.server.settings.Config;
import io.byssus.server.settings.DrainConfig;
import io.byssus.tools.Terminal;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/** The life of a process that serves. */
final class Serve {
  private static final String LOGGER = "io.byssus.node";

  int run(Config config, Terminal terminal, boolean exitAfterStart) {
    var level = config.log().level().name().toLowerCase(Locale.ROOT);
    switch (config.log().format()) {
      case TEXT -> Logs.setText(level);
      case JSON -> Logs.setJson(level, NodeName.of(config));
    }
    var signals = Signals.listen();
    try (var server = Server.start(config)) {
      FileDescriptors.warnIfFew(LoggerFactory.getLogger(LOGGER));
      new StartupBanner(config, server, terminal).say();
      return exitAfterStart ? visit(server, terminal) : serve(server, config, signals);
    } catch (StartFailedException e) {
      terminal.complain(String.valueOf(e.getMessage()));
      return e.exitCode();
    } catch (IOException e) {
      var listen = config.listen();
      terminal.complain(
          new CannotListen(listen.host(), listen.port(), "--host", "--port").sentence(e));
      return Exit.UNAVAILABLE;
    }
  }

  private static int visit(Server server, Terminal terminal) {
    try {
      WarmUp.to(server.address(), server.apiAddress());
      return Exit.OK;
    } catch (IOException e) {
      terminal.complain("the node has started, but does not answer: " + e.getMessage());
      return Exit.SOFTWARE;
    }
  }

  private static int serve(Server server, Config config, Signals signals) {
    var nameLost = server.nameLost();
    try {
      CompletableFuture.anyOf(signals.asked(), nameLost, server.askedToLeave()).join();
      leave(server, config.drain());
      return nameLost.isDone() ? Exit.CONFIG : Exit.OK;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.SOFTWARE;
    }
  }

  private static void leave(Server server, DrainConfig drain) throws InterruptedException {
    var log = LoggerFactory.getLogger(LOGGER);
    LogEvent.info(log, "leaving")
        .with("connections", server.connections())
        .with("window", Durations.show(drain.window()))
        .with("deadline", Durations.show(drain.deadline()))
        .say(
            "leaving: {connections} connections are asked to reconnect elsewhere within {window};"
                + " any left after {deadline} are closed");
    if (server.drain(drain)) {
      LogEvent.info(log, "left").say("left: all connections were closed in order");
    } else {
      LogEvent.warn(log, "left")
          .with("connections", server.connections())
          .say("left: {connections} connections were still open at drain.deadline");
    }
  }
}
