package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.redis.testing.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real nginx before the nodes, with the configuration that operators are given and other ports in
 * it. Ends with the JVM.
 */
public final class Nginx implements AutoCloseable {
  private final int port;
  private final Process process;

  private Nginx(List<String> command, Path log, int port) throws IOException {
    this.port = port;
    this.process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Returns when it takes connections. */
  static Nginx start(Path folder, List<NodeProcess> nodes) {
    try {
      var home = Files.createDirectories(folder.resolve("nginx")).toAbsolutePath();
      var log = home.resolve("nginx.log");
      var port = RedisProcess.freePort();
      var ports = nodes.stream().map(NodeProcess::port).toList();
      var command = io.byssus.tools.trial.Nginx.prepare(program(), home, port, ports);
      var nginx = new Nginx(command, log, port);
      await("nginx")
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(20))
          .failFast(
              "nginx has ended",
              () -> assertThat(nginx.process.isAlive()).as(Files.readString(log)).isTrue())
          .until(nginx::accepts);
      return nginx;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Often not on the PATH of who is not root. */
  private static Path program() throws IOException {
    var path =
        System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin";
    return Stream.of(path.split(":"))
        .map(folder -> Path.of(folder, "nginx"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "nginx is missing. './byssus test' installs it; by hand it is: apt-get install"
                    + " nginx-light (Debian), brew install nginx (macOS)"));
  }

  private boolean accepts() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false; // not yet
    }
  }

  URI webSocket() {
    return URI.create("ws://127.0.0.1:" + port + "/ws");
  }

  @Override
  public void close() {
    process.destroy();
  }
}
