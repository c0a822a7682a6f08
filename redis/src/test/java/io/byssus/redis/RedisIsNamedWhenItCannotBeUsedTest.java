package io.byssus.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.byssus.redis.RedisAddress.Host;
import io.byssus.redis.RedisAddress.Kind;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node that cannot start says which server, and what is wrong with it. */
class RedisIsNamedWhenItCannotBeUsedTest {
  private static RedisAddress at(int port) {
    return new RedisAddress(
        Kind.STANDALONE, List.of(new Host("127.0.0.1", port)), "", 0, false, "", "");
  }

  private static String refusal(RedisAddress address) {
    var failure =
        catchThrowableOfType(RedisUnavailableException.class, () -> new TestNode(address).close());
    assertThat(failure).as("it started").isNotNull();
    return failure.getMessage();
  }

  @Test
  void nobodyListens() {
    var port = RedisProcess.freePort();
    assertThat(refusal(at(port))).contains("127.0.0.1:" + port, "Connection refused");
  }

  @Test
  void nobodyAnswers() {
    try (var server = RedisProcess.start()) {
      server.freeze();
      assertThat(refusal(at(server.port()))).contains("127.0.0.1:" + server.port());
    }
  }

  @Test
  void aPasswordIsMissing() {
    try (var server = RedisProcess.start("--requirepass", "secret")) {
      assertThat(refusal(at(server.port()))).contains("127.0.0.1:" + server.port(), "NOAUTH");
    }
  }

  @Test
  void aPasswordIsWrong() {
    try (var server = RedisProcess.start("--requirepass", "secret")) {
      var address =
          new RedisAddress(Kind.STANDALONE, List.of(server.host()), "", 0, false, "", "guess");
      assertThat(refusal(address)).contains("WRONGPASS").doesNotContain("guess");
    }
  }

  @Test
  void aPasswordOfAClusterIsWrong() {
    try (var server = RedisProcess.start("--cluster-enabled", "yes", "--requirepass", "secret")) {
      var address =
          new RedisAddress(Kind.CLUSTER, List.of(server.host()), "", 0, false, "", "guess");
      assertThat(refusal(address))
          .contains("127.0.0.1:" + server.port(), "WRONGPASS", "redis.password")
          .doesNotContain("guess");
    }
  }

  @Test
  void itIsAReplica() {
    try (var redis = RedisDeployment.standalone();
        var replica = RedisProcess.start("--replicaof", "127.0.0.1 " + redis.primary().port())) {
      assertThat(refusal(at(replica.port()))).contains("is a replica", "redis-sentinel://");
    }
  }

  @Test
  void theUserMayNotHearAnything() {
    try (var server = RedisProcess.start()) {
      server.command(
          "ACL", "SETUSER", "node", "on", ">secret", "~byssus:*", "resetchannels", "+@all");
      var address =
          new RedisAddress(Kind.STANDALONE, List.of(server.host()), "", 0, false, "node", "secret");
      assertThat(refusal(address)).contains("Pub/Sub", "NOPERM");
    }
  }

  @Test
  void noSentinelKnowsThePrimary() {
    try (var redis = RedisDeployment.sentinel()) {
      var known = redis.address();
      var address = new RedisAddress(Kind.SENTINEL, known.hosts(), "another", 0, false, "", "");
      assertThat(refusal(address)).contains("knows no primary called 'another'");
    }
  }

  @Test
  void theClusterIsNotOne() {
    try (var server = RedisProcess.start("--cluster-enabled", "yes")) {
      var address = new RedisAddress(Kind.CLUSTER, List.of(server.host()), "", 0, false, "", "");
      assertThat(refusal(address)).contains("127.0.0.1:" + server.port(), "not ok");
    }
  }

  @Test
  void theNodesOfTheClusterHaveNoNames() {
    try (var redis = RedisDeployment.cluster(0, "--cluster-preferred-endpoint-type", "hostname")) {
      assertThat(refusal(redis.address())).contains("cluster-announce-hostname");
    }
  }

  /** As behind a proxy: then nobody could see that a failover lost something. */
  @Test
  void itDoesNotTellItsLineage() {
    try (var server = RedisProcess.start();
        var wire = Wire.to(server.port())) {
      wire.disguise("master_replid:", "master_hidden:");
      assertThat(refusal(at(wire.port()))).contains(wire.host().toString(), "master_replid");
      assertThat(wire.disguised()).isPositive();
    }
  }

  /** There is no old server at hand: this says what one says. */
  @Test
  void itIsTooOld() throws IOException {
    try (var socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> {
        while (!socket.isClosed()) {
          try {
            var client = socket.accept();
            Thread.startVirtualThread(() -> {
              try (client) {
                answer(client.getInputStream(), client.getOutputStream());
              } catch (IOException e) {
                assertThat(client.isClosed()).isTrue();
              }
            });
          } catch (IOException e) {
            assertThat(socket.isClosed()).isTrue();
          }
        }
      });
      assertThat(refusal(at(socket.getLocalPort()))).contains("too old: 6.2.14", "7.0 or newer");
    }
  }

  private static void answer(java.io.InputStream in, java.io.OutputStream out) throws IOException {
    var buffer = new byte[4096];
    for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
      var asked = new String(buffer, 0, read, StandardCharsets.UTF_8);
      var info = "redis_version:6.2.14\r\n";
      for (var command : asked.split("(?m)^\\*")) {
        if (command.contains("HELLO")) {
          out.write("-ERR unknown command 'HELLO'\r\n".getBytes(StandardCharsets.UTF_8));
        } else if (command.contains("INFO")) {
          out.write(
              ("$" + info.length() + "\r\n" + info + "\r\n").getBytes(StandardCharsets.UTF_8));
        } else if (!command.isBlank()) {
          out.write("+OK\r\n".getBytes(StandardCharsets.UTF_8));
        }
      }
    }
  }
}
