package io.byssus.tests.conformance;

import io.byssus.transport.EventLoops;
import io.byssus.transport.Routes;
import io.byssus.transport.Transport;
import io.byssus.transport.TransportObserver;
import io.byssus.transport.TransportSettings;
import io.byssus.transport.WebSocketServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** The transport with its echo on a free port, and no node behind it. */
record EchoServer(EventLoops loops, WebSocketServer server) implements AutoCloseable {
  static EchoServer start(TransportSettings settings) throws IOException {
    var loops = EventLoops.start(Transport.EPOLL, 1, Throwable::printStackTrace);
    var anyPort = new TransportSettings.Listen("127.0.0.1", 0, 100);
    var site =
        new Routes(
            (_, _, _, _) -> {
              throw new IllegalStateException("only the echo is tested");
            },
            Map.of(),
            () -> true,
            true,
            Optional.empty(),
            TransportObserver.NONE);
    return new EchoServer(loops, WebSocketServer.start(settings.with(anyPort), loops, site));
  }

  URI uri() {
    return URI.create("ws://127.0.0.1:" + server.address().getPort() + "/echo");
  }

  @Override
  public void close() {
    server.close();
    loops.close();
  }
}
