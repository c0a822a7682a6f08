package io.byssus.tests.architecture;

import io.byssus.core.node.Engine;
import io.netty.channel.Channel;
import java.net.Socket;

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

  static final class LooksAtTheClock {
    long now() {
      return System.nanoTime();
    }
  }

  static final class LooksUp {
    Engine engine;

    Engine engine() {
      return engine;
    }
  }
}
