package io.byssus.tests.bench;

import io.byssus.redis.RedisAddress;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A server under load, as a process of its own. */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  /** What the kernel shows in /proc is in hundredths of a second on every architecture of ours. */
  private static final long MICROS_PER_TICK = 10_000;

  /** The bounds that a benchmark runs into, and the namespace without history. */
  private static final List<String> SETTINGS =
      List.of(
          "limits.commands-per-second=1000000",
          "limits.commands-burst=1000000",
          "namespaces.live.prefix=" + Dialect.Native.EPHEMERAL,
          "namespaces.live.history.size=0");

  private final String name;
  private final Process process;
  private final InetSocketAddress address;
  private final Path log;

  private ServerProcess(String name, Process process, int port, Path log) {
    this.name = name;
    this.process = process;
    this.address = new InetSocketAddress("127.0.0.1", port);
    this.log = log;
  }

  /**
   * @param settings more of them, as key=value
   */
  static ServerProcess byssus(Home home, Build build, List<String> settings) throws IOException {
    return byssus(home, build, build.name(), settings);
  }

  /** A node of a cluster. */
  static ServerProcess node(
      Home home, Build build, String name, RedisAddress redis, List<String> settings)
      throws IOException {
    var all = new ArrayList<>(List.of("engine=" + redis, "node.name=" + name));
    all.addAll(settings);
    return byssus(home, build, build.name() + '-' + name, all);
  }

  private static ServerProcess byssus(Home home, Build build, String name, List<String> settings)
      throws IOException {
    var port = freePort();
    var arguments =
        new ArrayList<>(List.of("-jar", build.jar().toString(), "serve", "--host", "127.0.0.1"));
    arguments.addAll(List.of("--port", Integer.toString(port)));
    for (var setting : SETTINGS) {
      arguments.addAll(List.of("--set", setting));
    }
    for (var setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    var server = start(home, name, port, arguments);
    server.await("/health/ready");
    return server;
  }

  static ServerProcess minimalNetty(Home home) throws IOException {
    var port = freePort();
    var arguments =
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            MinimalNetty.class.getName(),
            Integer.toString(port));
    var server = start(home, "minimal-netty", port, arguments);
    server.await("");
    return server;
  }

  private static ServerProcess start(Home home, String name, int port, List<String> arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(home.jvmFlags());
    command.addAll(arguments);
    var log = home.output().resolve(name + ".log");
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    var server = new ServerProcess(name, process, port, log);
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return server;
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Waits until the page is answered with 200, or any page with anything when it is empty. */
  private void await(String page) throws IOException {
    var endNs = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!ready(page)) {
      if (!process.isAlive() || System.nanoTime() > endNs) {
        close();
        throw new IOException(name + " did not start:\n" + Files.readString(log));
      }
      sleep();
    }
  }

  private boolean ready(String page) {
    try {
      if (page.isEmpty()) {
        new Socket(address.getAddress(), address.getPort()).close();
        return true;
      }
      var uri = URI.create("http://127.0.0.1:" + address.getPort() + page);
      var connection = (HttpURLConnection) uri.toURL().openConnection();
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  InetSocketAddress address() {
    return address;
  }

  /** Of all its threads since its start. */
  CpuTime cpuTime() {
    try {
      var stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"));
      // The second field is a name in brackets that may hold anything; utime is the 14th.
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return new CpuTime(
          Long.parseLong(fields[11]) * MICROS_PER_TICK,
          Long.parseLong(fields[12]) * MICROS_PER_TICK);
    } catch (IOException e) {
      throw new IllegalStateException(name + " is gone", e);
    }
  }

  /** In microseconds. */
  record CpuTime(long user, long system) {
    long total() {
      return user + system;
    }

    CpuTime plus(CpuTime other) {
      return new CpuTime(user + other.user, system + other.system);
    }

    CpuTime minus(CpuTime earlier) {
      return new CpuTime(user - earlier.user, system - earlier.system);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
