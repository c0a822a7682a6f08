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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real nginx before the nodes, with the configuration that operators are given
 * (deploy/nginx/byssus.conf) and other ports in it. Ends with the JVM.
 */
public final class Nginx implements AutoCloseable {
  private static final String CONFIGURATION = "deploy/nginx/byssus.conf";
  private static final String LISTEN = "listen 127.0.0.1:8080;";
  private static final String SERVERS =
      """
          server 127.0.0.1:8081 max_fails=0;
          server 127.0.0.1:8082 max_fails=0;
          server 127.0.0.1:8083 max_fails=0;
      """;
  private static final String AROUND =
      """
      daemon off;
      worker_processes 1;
      pid nginx.pid;
      error_log stderr warn;
      events {
          worker_connections 4096;
      }
      http {
          access_log off;
          client_body_temp_path client-body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          include byssus.conf;
      }
      """;

  private final int port;
  private final Process process;

  private Nginx(Path home, int port) throws IOException {
    this.port = port;
    this.process =
        new ProcessBuilder(program(), "-p", home + "/", "-c", "nginx.conf", "-e", "stderr")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("nginx.log").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Returns when it takes connections. */
  static Nginx start(Path folder, List<NodeProcess> nodes) {
    try {
      var home = Files.createDirectories(folder.resolve("nginx")).toAbsolutePath();
      var port = RedisProcess.freePort();
      Files.writeString(home.resolve("nginx.conf"), AROUND);
      Files.writeString(home.resolve("byssus.conf"), filled(port, nodes));
      var nginx = new Nginx(home, port);
      await("nginx")
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(20))
          .failFast(
              "nginx has ended",
              () ->
                  assertThat(nginx.process.isAlive())
                      .as(Files.readString(home.resolve("nginx.log")))
                      .isTrue())
          .until(nginx::accepts);
      return nginx;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String filled(int port, List<NodeProcess> nodes) throws IOException {
    var template = Files.readString(root().resolve(CONFIGURATION));
    if (!template.contains(LISTEN) || !template.contains(SERVERS)) {
      throw new IOException(CONFIGURATION + " has changed: its ports are not where they were");
    }
    var servers =
        nodes.stream()
            .map(
                node -> SERVERS.lines().findFirst().orElseThrow().replace("8081", "" + node.port()))
            .collect(Collectors.joining("\n", "", "\n"));
    return template
        .replace(SERVERS, servers)
        .replace(LISTEN, "listen 127.0.0.1:" + port + " backlog=4096;");
  }

  /** Tests run in the folder of their module. */
  private static Path root() throws IOException {
    for (var folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(CONFIGURATION))) {
        return folder;
      }
    }
    throw new IOException(
        "there is no " + CONFIGURATION + " above " + Path.of("").toAbsolutePath());
  }

  /** Often not on the PATH of who is not root. */
  private static String program() throws IOException {
    var path =
        System.getenv("PATH") + ":/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin";
    return Stream.of(path.split(":"))
        .map(folder -> Path.of(folder, "nginx"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "nginx is missing. './byssus test' installs it; by hand it is: apt-get install"
                    + " nginx-light (Debian), brew install nginx (macOS)"))
        .toString();
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
