package io.byssus.redis;

import static io.byssus.redis.TestNode.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A password is changed in Redis and in its file, in either order, under a node that runs on. */
class PasswordIsRotatedTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("password");
  }

  private void write(String password) throws IOException {
    Files.writeString(file(), password + "\n");
  }

  private String read() throws IOException {
    return Files.readString(file()).strip();
  }

  private RedisAccess access(String user) throws IOException {
    return new RedisAccess(
        new RedisLogin(user, RedisPassword.inFile(file(), this::read, read())),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty());
  }

  private TestNode node(RedisProcess redis, String user) throws Exception {
    return new TestNode(RedisAddress.parse("redis://" + redis.host()), access(user));
  }

  /** Those of the node. */
  private static List<String> connections(RedisProcess redis) {
    return redis
        .command("CLIENT", "LIST")
        .lines()
        .filter(line -> line.contains("resp=3"))
        .map(line -> line.split(" ")[0])
        .toList();
  }

  private static void cut(RedisProcess redis) {
    redis.command("CLIENT", "KILL", "TYPE", "pubsub");
    redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  }

  private static void awaitAuth(RedisProcess redis, int calls, int refused) {
    RedisDeployment.await(
        calls + " times AUTH, " + refused + " refused",
        () -> {
          var stats = redis.info("commandstats", "cmdstat_auth");
          return stats.startsWith("calls=" + calls + ",")
              && stats.endsWith("failed_calls=" + refused);
        });
  }

  @Test
  void aRunningNodeTakesTheNewPasswordAndLosesNothing() throws Exception {
    write("arthur");
    try (var redis = RedisProcess.start("--requirepass", "arthur").password("arthur");
        var node = node(redis, "")) {
      var first = node.publish("news", 1);
      redis.command("CONFIG", "SET", "requirepass", "trillian");
      redis.password("trillian");
      node.publish("news", 2);
      write("trillian");
      cut(redis);
      node.awaitPublished("news", 3);
      assertThat(TestNode.numbers(node.after("news", first))).containsExactly("2", "3");
    }
  }

  /** The connections are gone before the file is written: each try reads it anew. */
  @Test
  void aNodeThatIsRefusedGetsInWhenTheFileIsWritten() throws Exception {
    write("arthur");
    try (var redis = RedisProcess.start("--requirepass", "arthur").password("arthur");
        var node = node(redis, "")) {
      node.publish("news", 1);
      redis.command("CONFIG", "SET", "requirepass", "trillian");
      redis.password("trillian");
      cut(redis);
      node.awaitReachable(false);
      RedisDeployment.await(
          "told why",
          () ->
              node.redis.trouble().contains("WRONGPASS")
                  && node.redis.trouble().contains("redis.password"));
      write("trillian");
      node.awaitReachable(true);
      node.awaitPublished("news", 2);
    }
  }

  /**
   * Where a login holds for a time only, it is renewed; where it is wrong, that is told at once.
   */
  @Test
  void openConnectionsLogInAgainWhenTheFileChanges() throws Exception {
    write("arthur");
    try (var redis = RedisProcess.start()) {
      redis.command("ACL", "SETUSER", "node", "on", ">arthur", "~*", "&*", "+@all");
      try (var node = node(redis, "node")) {
        redis.command("CONFIG", "RESETSTAT");
        redis.command("ACL", "SETUSER", "node", ">trillian");
        write("trillian");
        awaitAuth(redis, 3, 0);
        redis.command("ACL", "SETUSER", "node", "<arthur");
        assertThat(node.publish("news", 1).offset()).isEqualTo(1);

        write("zaphod"); // which Redis does not know yet
        awaitAuth(redis, 6, 3);
        assertThat(node.publish("news", 2).offset()).isEqualTo(2);
        assertThat(node.told).as("trouble that was told").isEmpty();
      }
    }
  }

  @Test
  void aFileThatIsBeingWrittenChangesNothing() throws Exception {
    write("arthur");
    try (var redis = RedisProcess.start("--requirepass", "arthur").password("arthur");
        var node = node(redis, "")) {
      for (var halfWay : new Runnable[] {this::empty, this::delete}) {
        halfWay.run();
        var connections = connections(redis);
        cut(redis);
        Awaitility.await("all three connected again")
            .atMost(RedisDeployment.PATIENCE_SECONDS, TimeUnit.SECONDS)
            .untilAsserted(() ->
                assertThat(connections(redis)).hasSize(3).doesNotContainAnyElementsOf(connections));
        write("arthur");
      }
      node.awaitPublished("news", 1);
    }
  }

  private void empty() {
    try {
      Files.writeString(file(), "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void delete() {
    try {
      Files.delete(file());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void sentinelsHaveANewPasswordToo() throws Exception {
    write("arthur");
    try (var redis = RedisProcess.start();
        var sentinel =
            RedisProcess.sentinel(
                    "sentinel monitor mymaster 127.0.0.1 %d 1%nrequirepass arthur%n"
                        .formatted(redis.port()))
                .password("arthur");
        var node =
            new TestNode(
                RedisAddress.parse("redis-sentinel://" + sentinel.host() + "/mymaster"),
                new RedisAccess(
                    RedisLogin.NOBODY,
                    Optional.of(access("").redis()),
                    false,
                    Optional.empty(),
                    Optional.empty()))) {
      sentinel.command("ACL", "SETUSER", "default", "resetpass", ">trillian");
      sentinel.password("trillian");
      write("trillian");
      var asking = asking(sentinel);
      sentinel.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      RedisDeployment.await(
          "it is asked over another connection",
          () -> !asking(sentinel).isEmpty() && !asking(sentinel).equals(asking));
      assertThat(node.publish("news", 1).offset()).isEqualTo(1);
    }
  }

  /** The connections over which a Sentinel was asked for the primary. */
  private static List<String> asking(RedisProcess sentinel) {
    return sentinel
        .command("CLIENT", "LIST")
        .lines()
        .filter(line -> line.contains("cmd=sentinel|"))
        .map(line -> line.split(" ")[0])
        .toList();
  }

  @Test
  void aWrongPasswordAtTheStartIsToldInWords() throws Exception {
    write("trillian");
    try (var redis = RedisProcess.start("--requirepass", "arthur")) {
      assertThat(refusal(RedisAddress.parse("redis://" + redis.host()), access("")))
          .contains("Redis at " + redis.host() + " cannot be used", "WRONGPASS", "redis.password")
          .doesNotContain("trillian", "may this machine reach it");
    }
  }
}
