package io.byssus.tests.architecture;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.node.Node;
import io.netty.channel.Channel;
import java.net.Socket;
import java.util.concurrent.CompletionStage;

/** Violations of the house rules, on purpose. */
final class Planted {
  private Planted() {}

  static final class UsesSockets {
    Socket socket = new Socket();
  }

  static final class UsesNetty {
    Channel channel;

    Channel channel() {
      return channel;
    }
  }

  static final class UsesJetty {
    org.eclipse.jetty.server.Server server;

    org.eclipse.jetty.server.Server server() {
      return server;
    }
  }

  static final class EndsTheProcess {
    void end() {
      System.exit(1);
    }
  }

  static final class TakesSignals {
    void take() {
      sun.misc.Signal.handle(new sun.misc.Signal("TERM"), _ -> {});
    }
  }

  static final class ConfiguresTheLog {
    ch.qos.logback.classic.LoggerContext context;

    void configure() {
      context.reset();
    }
  }

  static final class LooksAtTheClock {
    long now() {
      return System.nanoTime();
    }
  }

  static final class LooksUp {
    Node node;

    Node node() {
      return node;
    }
  }

  @LaneConfined
  static final class TouchesWithoutACheck {
    int touched;

    void touch() {
      touched++;
    }
  }

  @LaneConfined
  static final class ChecksTooLate {
    int touched;

    void touch(Lane lane) {
      touched++;
      lane.check();
    }
  }

  static final class GoesOnAnywhere {
    void ask(CompletionStage<String> answer) {
      answer.whenComplete((value, failure) -> {});
    }
  }
}
