package io.byssus.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** The options of a client; each has a default. For one thread. */
public final class ClientBuilder {
  private static final int QUEUE_MAX = 10_000;
  private static final int OUTBOX_MAX = 1_000;
  private static final Duration STORING = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  final URI server;
  TokenSource token = _1 -> CompletableFuture.completedFuture("");
  boolean tokenIsFixed = true;
  Map<String, String> attributes = Map.of();
  Set<String> tags = Set.of();
  HeartbeatWish heartbeat = HeartbeatWish.SERVERS;
  Supplier<String> network = () -> "";
  Optional<Store> store = Optional.empty();
  Executor executor = Threads.handlers();

  /** For what must go on while every handler blocks: tokens, and the store. */
  Executor background = Threads.handlers();

  /** How long closing waits for the store. */
  Duration storing = STORING;

  DataCodec codec = new NoCodec();
  Duration timeout = TIMEOUT;
  int queueMax = QUEUE_MAX;
  int outboxMax = OUTBOX_MAX;
  DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
  Supplier<Lane> lane = Threads::lane;
  Function<Lane, Transport> transport = lane -> new JdkTransport(Threads.http(), lane);

  ClientBuilder(URI server) {
    if (!"ws".equals(server.getScheme()) && !"wss".equals(server.getScheme())) {
      throw new IllegalArgumentException("expected ws://… or wss://…, not " + server);
    }
    if (server.getHost() == null && String.valueOf(server.getRawAuthority()).contains("_")) {
      throw new IllegalArgumentException(
          "Java's HTTP client connects to no host with an underscore in its name, as in "
              + server
              + "; give the host another name, or take its address");
    }
    if (server.getHost() == null || server.getFragment() != null) {
      throw new IllegalArgumentException("expected a host and no fragment in " + server);
    }
    this.server = server;
  }

  /** A token for all connections. When the server refuses it, the client is closed. */
  public ClientBuilder token(String fixed) {
    token = _1 -> CompletableFuture.completedFuture(fixed);
    tokenIsFixed = true;
    return this;
  }

  /** Asked for a token before each connection. Refused three times in a row: closed. */
  public ClientBuilder token(TokenSource source) {
    token = source;
    tokenIsFixed = false;
    return this;
  }

  /** Of a new session: name to JSON text. */
  public ClientBuilder attributes(Map<String, String> initial) {
    attributes = Map.copyOf(initial);
    attributes.values().forEach(Calls::json);
    return this;
  }

  /** Of a new session, where clients may choose them. */
  public ClientBuilder tags(Set<String> initial) {
    tags = Set.copyOf(initial);
    return this;
  }

  /** The interval to ask the server for, 10 to 240 seconds; otherwise it is the server's. */
  public ClientBuilder heartbeat(Duration interval) {
    var seconds = Math.toIntExact(interval.toSeconds());
    heartbeat = new HeartbeatWish(seconds, seconds);
    return this;
  }

  /** An interval that grows while silent connections live, and shrinks when one dies. */
  public ClientBuilder adaptiveHeartbeat() {
    return adaptiveHeartbeat(
        Duration.ofSeconds(HeartbeatWish.LEAST), Duration.ofSeconds(HeartbeatWish.MOST));
  }

  /** The same within bounds of 10 to 240 seconds. */
  public ClientBuilder adaptiveHeartbeat(Duration min, Duration max) {
    heartbeat =
        new HeartbeatWish(Math.toIntExact(min.toSeconds()), Math.toIntExact(max.toSeconds()));
    return this;
  }

  /**
   * Names the network that the program is in, for what an adaptive heartbeat learns about it. Asked
   * before each connection, as the token is.
   */
  public ClientBuilder network(Supplier<String> name) {
    network = name;
    return this;
  }

  /** Keeps the session over restarts of the program. */
  public ClientBuilder store(Store keeps) {
    store = Optional.of(keeps);
    return this;
  }

  /**
   * Runs handlers, and dependents of the client's futures; by default a pool of daemon threads, as
   * many as are needed. It must have more than one thread if handlers wait for futures. Its {@code
   * execute} must return immediately; a task that it refuses runs on the pool.
   */
  public ClientBuilder executor(Executor handlers) {
    executor = handlers;
    return this;
  }

  /**
   * For {@link Client#publishValue} and {@link MessageStream#onMessage(Class,
   * java.util.function.BiConsumer)}.
   */
  public ClientBuilder codec(DataCodec values) {
    codec = values;
    return this;
  }

  /** How long reads wait for their answer, the wait for a connection included; 10 seconds. */
  public ClientBuilder timeout(Duration ofReads) {
    timeout = ofReads;
    return this;
  }

  /** How many messages may wait for each consumer of a stream; 10,000. */
  public ClientBuilder queueMax(int messages) {
    queueMax = positive(messages);
    return this;
  }

  /** How many publications and directed messages may wait for their answer; 1,000. */
  public ClientBuilder outboxMax(int messages) {
    outboxMax = positive(messages);
    return this;
  }

  private static int positive(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("must be at least 1: " + number);
    }
    return number;
  }

  /** For TLS and proxies of your own; its threads carry nothing of yours. */
  public ClientBuilder httpClient(HttpClient http) {
    transport = lane -> new JdkTransport(http, lane);
    return this;
  }

  /** Starts to connect, and returns immediately. */
  public Client connect() {
    var client = new Client(this);
    client.start();
    return client;
  }

  private static final class NoCodec implements DataCodec {
    @Override
    public String toJson(Object value) {
      throw missing();
    }

    @Override
    public <T> T fromJson(String json, Class<T> type) {
      throw missing();
    }

    private static IllegalStateException missing() {
      return new IllegalStateException("give the client a DataCodec: ClientBuilder.codec");
    }
  }
}
