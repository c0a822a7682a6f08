package io.byssus.redis.testing;

import static io.byssus.redis.testing.RedisDeployment.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What tests are built on does what it says. */
class DeploymentsTest {
  @Test
  void serverKeepsItsDataOverKillAndRestart() {
    try (var redis = RedisDeployment.standalone("--appendonly", "yes")) {
      var server = redis.primary();
      server.command("SET", "key", "value");
      server.kill();
      assertThat(server.alive()).isFalse();
      server.restart();
      await("data", () -> !server.info("persistence", "loading").equals("1"));
      assertThat(server.command("GET", "key")).isEqualTo("value");
    }
  }

  @Test
  void sentinelsPromoteAReplicaWhenThePrimaryIsGone() {
    try (var redis = RedisDeployment.sentinel()) {
      var before = redis.primary();
      var lineage = before.info("replication", "master_replid");
      before.kill();
      await("another primary", () -> redis.primaries().size() == 1);
      var after = redis.primary();
      assertThat(after).isNotSameAs(before);
      assertThat(after.info("replication", "master_replid")).isNotEqualTo(lineage);
      before.restart();
      await("the old one follows", () -> after.info("replication", "connected_slaves").equals("2"));
    }
  }

  @Test
  void clusterPromotesTheReplicaOfAPrimaryThatIsGone() {
    try (var redis = RedisDeployment.cluster(1)) {
      redis.primary().kill();
      await("three primaries", () -> redis.primaries().size() == 3);
    }
  }

  @Test
  void wireIsCutRefusedAndFrozen() throws IOException {
    try (var redis = RedisDeployment.standalone();
        var wire = Wire.to(redis.primary().port())) {
      try (var socket = connected(wire)) {
        assertThat(pong(socket)).isTrue();
        assertThat(wire.cut()).isOne();
        assertThat(socket.getInputStream().read()).isNegative();
      }
      wire.refuse(1);
      try (var socket = connected(wire)) {
        assertThat(socket.getInputStream().read()).isNegative();
      }
      assertThat(wire.refused()).isOne();
      try (var socket = connected(wire)) {
        wire.freeze();
        socket.setSoTimeout(100);
        assertThatThrownBy(() -> pong(socket)).isInstanceOf(SocketTimeoutException.class);
        wire.thaw();
        socket.setSoTimeout(10_000);
        assertThat(socket.getInputStream().readNBytes(7)).asString().isEqualTo("+PONG\r\n");
      }
      assertThat(wire.accepted()).isEqualTo(2);
    }
  }

  private static Socket connected(Wire wire) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), wire.port());
  }

  private static boolean pong(Socket socket) throws IOException {
    socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
    return new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII)
        .equals("+PONG\r\n");
  }
}
