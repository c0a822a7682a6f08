package io.byssus.redis.testing;

import io.byssus.redis.RedisAddress.Host;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A Redis server or Sentinel of the tests, with a port and a folder of its own. Ends with the JVM.
 */
public final class RedisProcess implements AutoCloseable {
  // Below those that the kernel hands out to clients, one of which would else sit on the port of a
  // server that is down for a while.
  private static final int PORT_LEAST = 10_000;
  private static final int PORT_MOST = 22_000;
  private static final int BUS = 10_000; // a Cluster also takes the port so far above
  private static final int PATIENCE_MS = 10_000;

  private final int port;
  private final Path folder;
  private final List<String> arguments;
  private final Optional<SetClock> clock;
  private String password = "";
  private Process process;

  private RedisProcess(int port, Path folder, List<String> arguments, Optional<SetClock> clock) {
    this.port = port;
    this.folder = folder;
    this.arguments = arguments;
    this.clock = clock;
  }

  /** Without persistence, unless {@code arguments} say otherwise. Returns when it answers. */
  public static RedisProcess start(String... arguments) {
    var all = new ArrayList<>(List.of("--save", "", "--bind", "127.0.0.1", "--dir", "."));
    all.addAll(List.of("--repl-diskless-sync-delay", "0"));
    all.addAll(List.of(arguments));
    return start(freePort(), all);
  }

  /** As {@link #start}, with a wall clock that can be set. */
  public static RedisProcess withClock() {
    return start(freePort(), List.of("--save", "", "--bind", "127.0.0.1", "--dir", "."), true);
  }

  static RedisProcess start(int port, List<String> arguments) {
    return start(port, arguments, false);
  }

  private static RedisProcess start(int port, List<String> arguments, boolean clock) {
    try {
      var folder = Files.createTempDirectory("byssus-redis-" + port + "-");
      var set = clock ? Optional.of(new SetClock(folder)) : Optional.<SetClock>empty();
      set.ifPresent(each -> each.set(Duration.ZERO));
      var made = new RedisProcess(port, folder, arguments, set);
      Runtime.getRuntime().addShutdownHook(new Thread(made::close));
      made.restart();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A Sentinel writes into its configuration. */
  public static RedisProcess sentinel(String configuration) {
    try {
      var file = Files.createTempFile("byssus-sentinel", ".conf");
      Files.writeString(file, configuration);
      return start(freePort(), List.of("--bind", "127.0.0.1", "--sentinel", file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port that nobody listens on, nor on the one that goes with it in a Cluster. */
  public static int freePort() {
    while (true) {
      var port = ThreadLocalRandom.current().nextInt(PORT_LEAST, PORT_MOST);
      if (free(port) && free(port + BUS)) {
        return port;
      }
    }
  }

  private static boolean free(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false; // somebody has it
    }
  }

  public int port() {
    return port;
  }

  public Host host() {
    return new Host("127.0.0.1", port);
  }

  public Path folder() {
    return folder;
  }

  /** What {@link #command} says who it is with. */
  public RedisProcess password(String newPassword) {
    password = newPassword;
    return this;
  }

  /**
   * Starts it again, on the same port and data; returns when it answers anything.
   *
   * @param more arguments, this time
   */
  public void restart(String... more) {
    var program = clock.map(SetClock::server).orElseGet(RedisBinary::path);
    var command = new ArrayList<>(List.of(program.toString()));
    if (arguments.contains("--sentinel")) {
      command.add(arguments.getLast());
      command.addAll(List.of("--sentinel", "--port", "" + port, "--bind", "127.0.0.1"));
    } else {
      command.addAll(List.of("--port", "" + port));
      command.addAll(arguments);
      command.addAll(List.of(more));
    }
    try {
      var server =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
      clock.ifPresent(set -> set.loadInto(server));
      process = server.start();
      awaitAnswer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitAnswer() throws IOException {
    var until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (true) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), plainPort())) {
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > until) {
          throw new IOException(
              "redis-server did not start: " + Files.readString(folder.resolve("log")), e);
        }
      }
      pause(10);
    }
  }

  private int plainPort() {
    var tls = arguments.indexOf("--tls-port");
    return tls >= 0 && port == 0 ? Integer.parseInt(arguments.get(tls + 1)) : port;
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Sets its wall clock, which is by so much ahead of this machine's from here on. For servers that
   * were started by {@link #withClock}.
   */
  public void setClock(Duration ahead) {
    clock.orElseThrow().set(ahead);
  }

  public boolean alive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** {@code kill -9}; returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGSTOP: its sockets stay, and nothing answers. */
  public void freeze() {
    signal("-STOP");
  }

  public void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, "" + pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (process != null) { // else it could not be started
      thaw();
      kill();
    }
  }

  // A client of its own, so that no test needs the one that is tested.

  /**
   * The reply as text; lists as lines.
   *
   * @throws IllegalStateException with the error that Redis answered
   */
  public String command(String... words) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MS);
      var in = new BufferedInputStream(socket.getInputStream());
      if (!password.isEmpty()) {
        socket.getOutputStream().write(encoded("AUTH", password));
        reply(in);
      }
      socket.getOutputStream().write(encoded(words));
      return reply(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encoded(String... words) {
    var text = new StringBuilder("*").append(words.length).append("\r\n");
    for (var word : words) {
      var bytes = word.getBytes(StandardCharsets.UTF_8).length;
      text.append('$').append(bytes).append("\r\n").append(word).append("\r\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String reply(InputStream in) throws IOException {
    var line = line(in);
    var rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '-' -> throw new IllegalStateException(rest);
      case '$' -> {
        var length = Integer.parseInt(rest);
        if (length < 0) {
          yield "";
        }
        var bytes = in.readNBytes(length);
        in.readNBytes(2);
        yield new String(bytes, StandardCharsets.UTF_8);
      }
      case '*' -> {
        var parts = new ArrayList<String>();
        for (int i = 0; i < Integer.parseInt(rest); i++) {
          parts.add(reply(in));
        }
        yield String.join("\n", parts);
      }
      default -> rest;
    };
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\r'; next = in.read()) {
      if (next < 0) {
        throw new IOException("Redis has closed the connection");
      }
      line.append((char) next);
    }
    in.read();
    return line.toString();
  }

  /** A field of {@code INFO}. */
  public String info(String section, String field) {
    return command("INFO", section)
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findAny()
        .orElse("");
  }

  /** Whether it takes writes; not while it changes its role, when it drops connections. */
  public boolean primary() {
    try {
      return alive() && info("replication", "role").equals("master");
    } catch (UncheckedIOException e) {
      return false;
    }
  }
}
