package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.testing.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A node as its operators run it, {@code serve}, as a process with a port and a name of its own.
 * Ends with the JVM.
 */
public final class NodeProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  private static final long STOP_SECONDS = 30;
  private static final int ANSWER_MS = 2_000;

  private final String name;
  private final int port = RedisProcess.freePort();
  private final int apiPort = RedisProcess.freePort();
  private final Path log;
  private final List<String> command;
  private Process process;

  private NodeProcess(String name, Path folder, List<String> flags, List<String> arguments) {
    this.name = name;
    this.log = folder.resolve(name + ".log");
    this.command = new ArrayList<>(command());
    command.addAll(1, flags);
    command.removeIf(flag -> flag.startsWith("-Xmx") && !flags.isEmpty() && !flags.contains(flag));
    var place =
        List.of(
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--node",
            name,
            "--set",
            "api.listen=127.0.0.1:" + apiPort);
    command.addAll(place);
    command.addAll(arguments);
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** What starts a node of this build, without its place and its name. */
  public static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        "io.byssus.server.Main",
        "serve");
  }

  /** Returns at once; {@link #awaitReady} waits. What it writes goes to a file in the folder. */
  public static NodeProcess start(String name, Path folder, List<String> arguments) {
    return start(name, folder, List.of(), arguments);
  }

  /**
   * @param flags of the JVM; with one for the heap, it has no other
   */
  public static NodeProcess start(
      String name, Path folder, List<String> flags, List<String> arguments) {
    var node = new NodeProcess(name, folder, flags, arguments);
    node.startAgain();
    return node;
  }

  public String name() {
    return name;
  }

  public int port() {
    return port;
  }

  /** Of its pages, with a slash at the end. */
  public String address() {
    return "http://127.0.0.1:" + port + "/";
  }

  /** Of its API, with a slash at the end. */
  public String apiAddress() {
    return "http://127.0.0.1:" + apiPort + "/";
  }

  long pid() {
    return process.pid();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** Once it has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  // What is done to it.

  /** The same node once more, as a new process. */
  public void startAgain() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code kill -9}; returns when it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGTERM; returns when it is gone. */
  void terminate() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(name + " does not end:\n" + said());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** SIGSTOP: its sockets stay, and nothing answers. */
  void freeze() {
    signal("-STOP");
  }

  void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What the kernel says of it in /proc: R, S, D, or T when it stands still. */
  String kernelState() {
    try {
      var stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // What it says.

  public void awaitReady() {
    await(name + " is ready")
        .atMost(START)
        .pollInterval(Duration.ofMillis(100))
        .failFast(name + " has ended", () -> assertThat(alive()).as("alive:\n%s", said()).isTrue())
        .until(this::ready);
  }

  boolean ready() {
    return status("/health/ready") == HttpURLConnection.HTTP_OK;
  }

  /** 0: no answer. */
  public int status(String page) {
    try {
      return open(address(), page).getResponseCode();
    } catch (IOException e) {
      return 0;
    }
  }

  public String page(String page) {
    return read(address(), page);
  }

  /** A page of its API. */
  public String apiPage(String page) {
    return read(apiAddress(), page);
  }

  private static String read(String address, String page) {
    try (var body = open(address, page).getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpURLConnection open(String address, String page) throws IOException {
    var url = URI.create(address).resolve(page).toURL();
    var connection = (HttpURLConnection) url.openConnection();
    connection.setConnectTimeout(ANSWER_MS);
    connection.setReadTimeout(ANSWER_MS);
    return connection;
  }

  /** All that it has written so far. */
  public String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (alive()) {
      process.destroyForcibly();
    }
  }
}
