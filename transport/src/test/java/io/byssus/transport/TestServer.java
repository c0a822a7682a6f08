package io.byssus.transport;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Lane;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.ServerMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on a free port with real connections, and behind them, in place of a node, the test. */
final class TestServer implements AutoCloseable {
  private static final int OUTBOX_BYTES = 1 << 20;

  private final EventLoops loops;
  private final WebSocketServer server;
  private final BlockingQueue<Client> clients = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> refusals = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> origins = new LinkedBlockingQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger timeouts = new AtomicInteger();
  private volatile boolean failuresExpected;
  final Budget sending;
  volatile boolean ready = true;
  volatile boolean welcome = true;

  TestServer() throws IOException {
    this(TransportSettings.DEFAULTS);
  }

  TestServer(TransportSettings settings) throws IOException {
    this(settings, Transport.EPOLL);
  }

  TestServer(TransportSettings settings, Transport transport) throws IOException {
    this(settings, transport, "127.0.0.1");
  }

  TestServer(TransportSettings settings, Transport transport, String host) throws IOException {
    this(settings, transport, host, Budgets.unbounded());
  }

  TestServer(TransportSettings settings, Transport transport, String host, Budgets budgets)
      throws IOException {
    sending = budgets.sending();
    loops = EventLoops.start(transport, 1, failures::add);
    server =
        WebSocketServer.start(
            settings.with(new TransportSettings.Listen(host, 0, 100)),
            loops,
            new Routes(
                sessions(),
                Map.of(),
                () -> ready,
                true,
                Optional.of("transport-test"),
                new TransportObserver() {
                  @Override
                  public void requestRefused(int status) {
                    refusals.add(status);
                  }

                  @Override
                  public void originRefused(String origin, String expected) {
                    origins.add(origin + " is not " + expected);
                  }

                  @Override
                  public void acceptFailed(Throwable failure) {
                    failures.add(failure);
                  }

                  @Override
                  public void requestTimedOut() {
                    timeouts.incrementAndGet();
                  }
                }),
            budgets);
  }

  /** Settings with short time-outs. */
  static TransportSettings impatient() {
    var messages = TransportSettings.Messages.DEFAULTS;
    return TransportSettings.DEFAULTS.with(
        new TransportSettings.Messages(
            messages.messageBytes(),
            messages.fragments(),
            Duration.ofMillis(300),
            messages.controlsPerSecond(),
            messages.controlsBurst(),
            Duration.ofMillis(500),
            messages.unsentBytes(),
            Duration.ofSeconds(2)));
  }

  private Sessions sessions() {
    return new Sessions() {
      @Override
      public boolean welcome() {
        return welcome;
      }

      @Override
      public Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer) {
        return TestServer.this.open(lane, socket, encoding, peer);
      }
    };
  }

  private Connection open(Lane lane, Socket socket, Encoding encoding, Peer peer) {
    var client = new Client();
    client.connection =
        new Connection(
            lane, socket, encoding, peer, OUTBOX_BYTES, sending, NodeObserver.NONE, _ -> client);
    clients.add(client);
    return client.connection;
  }

  /** From here on a task may throw; this answers with what was thrown, in their order. */
  Queue<Throwable> expectFailures() {
    failuresExpected = true;
    return failures;
  }

  InetSocketAddress address() {
    return server.address();
  }

  RawClient connect() throws IOException {
    return new RawClient(address());
  }

  RawClient connectFrom(String address) throws IOException {
    return new RawClient(address(), InetAddress.getByName(address));
  }

  /** The next session socket that was opened. */
  Client next() throws InterruptedException {
    var client = clients.poll(5, TimeUnit.SECONDS);
    if (client == null) {
      throw new AssertionError("no session was opened");
    }
    return client;
  }

  boolean untouched() {
    return clients.isEmpty();
  }

  /** The status of the next refusal that an observer was told of. */
  int refusal() throws InterruptedException {
    return Objects.requireNonNull(refusals.poll(5, TimeUnit.SECONDS));
  }

  /** The next page that an observer was told of as a foreign one, and what it should have been. */
  String foreignPage() throws InterruptedException {
    return Objects.requireNonNull(origins.poll(5, TimeUnit.SECONDS));
  }

  /** How many requests an observer was told to have timed out. */
  int timeouts() {
    return timeouts.get();
  }

  /** TCP connections that are open. */
  int connections() {
    return server.connections();
  }

  WebSocketServer server() {
    return server;
  }

  @Override
  public void close() {
    server.close();
    loops.close();
    if (!failuresExpected && !failures.isEmpty()) {
      throw new AssertionError("a task of a lane has thrown", failures.peek());
    }
  }

  /** What a node hears of one connection. Answers pings. */
  static final class Client implements Connection.Receiver {
    private final BlockingQueue<Decoded> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<CloseCode> gone = new LinkedBlockingQueue<>();
    private final AtomicInteger drained = new AtomicInteger();
    private volatile Connection connection;
    private volatile RuntimeException failure;

    Connection connection() {
      return connection;
    }

    Decoded received() throws InterruptedException {
      return received.poll(5, TimeUnit.SECONDS);
    }

    int waiting() {
      return received.size();
    }

    /** How often there was room again. */
    int timesDrained() {
      return drained.get();
    }

    /** The code that it ended with. */
    CloseCode gone() throws InterruptedException {
      return gone.poll(5, TimeUnit.SECONDS);
    }

    boolean isGone() {
      return !gone.isEmpty();
    }

    /** From here on, for every message. */
    void failWith(RuntimeException exception) {
      failure = exception;
    }

    void send(ServerMessage message) {
      connection.lane().execute(() -> connection.send(message));
    }

    void onLane(Runnable task) {
      connection.lane().execute(task);
    }

    @Override
    public void received(Decoded decoded) {
      if (failure != null) {
        throw failure;
      }
      received.add(decoded);
      if (decoded instanceof Decoded.Good(Command.Ping(var id, var upperCase))) {
        connection.send(new ServerMessage.Pong(id, upperCase));
      }
    }

    @Override
    public void drained() {
      drained.incrementAndGet();
    }

    @Override
    public void gone(CloseCode code) {
      gone.add(code);
    }
  }
}
