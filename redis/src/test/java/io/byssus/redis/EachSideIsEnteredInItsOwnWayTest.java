package io.byssus.redis;

import static io.byssus.redis.TestNode.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.TestCertificates;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis and its Sentinels may have passwords and users of their own, and TLS each for itself. */
class EachSideIsEnteredInItsOwnWayTest {
  @TempDir private Path folder;

  /** As whom, into a Sentinel with this configuration that names this primary. */
  private static RedisProcess sentinel(int primary, String configuration) {
    return RedisProcess.sentinel(
        "sentinel monitor %s 127.0.0.1 %d 1%n%s"
            .formatted(RedisDeployment.PRIMARY, primary, configuration));
  }

  private static RedisAddress address(String scheme, int sentinel) {
    return RedisAddress.parse(
        "%s://127.0.0.1:%d/%s".formatted(scheme, sentinel, RedisDeployment.PRIMARY));
  }

  private static RedisLogin login(String user, String password) {
    return new RedisLogin(user, RedisPassword.of(password));
  }

  private static RedisAccess access(RedisLogin redis, Optional<RedisLogin> sentinels) {
    return new RedisAccess(redis, sentinels, false, Optional.empty(), Optional.empty());
  }

  private static void assertWorks(RedisAddress address, RedisAccess access)
      throws RedisUnavailableException {
    try (var node = new TestNode(address, access)) {
      assertThat(node.publish("news", 1).offset()).isPositive();
    }
  }

  @Test
  void sentinelsHaveAPasswordOfTheirOwn() throws Exception {
    try (var redis = RedisProcess.start("--requirepass", "arthur");
        var sentinel =
            sentinel(redis.port(), "requirepass trillian\nsentinel auth-pass mymaster arthur\n")) {
      var address = address("redis-sentinel", sentinel.port());
      var own = Optional.of(login("", "trillian"));
      assertWorks(address, access(login("", "arthur"), own));
      assertThat(refusal(address, access(login("", "arthur"), Optional.empty())))
          .contains("127.0.0.1:" + sentinel.port(), "WRONGPASS", "redis.sentinel-password")
          .doesNotContain("arthur", "trillian");
      assertThat(refusal(address, access(login("", "arthur"), Optional.of(login("", "wrong")))))
          .contains("WRONGPASS", "redis.sentinel-password")
          .doesNotContain("wrong ", "arthur");
      assertThat(refusal(address, access(login("", "wrong"), own)))
          .contains("127.0.0.1:" + redis.port(), "WRONGPASS", "redis.password")
          .doesNotContain("sentinel-password", "trillian");
      assertThat(refusal(address, access(RedisLogin.NOBODY, Optional.empty())))
          .contains("NOAUTH", "redis.sentinel-password");
    }
  }

  /** Those that take any password, or none, are asked with the one that is there. */
  @Test
  void aPasswordThatSentinelsDoNotAskForDoesNotHurt() throws Exception {
    try (var redis = RedisProcess.start();
        var sentinel = sentinel(redis.port(), "")) {
      assertWorks(
          address("redis-sentinel", sentinel.port()),
          access(RedisLogin.NOBODY, Optional.of(login("", "trillian"))));
    }
  }

  @Test
  void sentinelsWithThePasswordOfRedisNeedNoOther() throws Exception {
    try (var redis = RedisProcess.start("--requirepass", "arthur");
        var sentinel =
            sentinel(redis.port(), "requirepass arthur\nsentinel auth-pass mymaster arthur\n")) {
      assertWorks(
          address("redis-sentinel", sentinel.port()),
          access(login("", "arthur"), Optional.empty()));
    }
  }

  @Test
  void sentinelsSpeakTlsAndRedisDoesNot() throws Exception {
    var certificates = new TestCertificates(folder).make("server");
    var port = RedisProcess.freePort();
    try (var redis = RedisProcess.start();
        var sentinel = sentinel(redis.port(), certificates.configured(port))) {
      assertThat(sentinel.alive()).isTrue();
      var address = address("redis-sentinel", port);
      assertWorks(address, overTls(certificates, true));
      assertThat(refusal(address("rediss-sentinel", port), overTls(certificates, true)))
          .contains("127.0.0.1:" + redis.port(), "only one of the two speaks TLS", "rediss");
      assertThat(refusal(address("redis-sentinel", sentinel.port()), overTls(certificates, true)))
          .contains(
              "127.0.0.1:" + sentinel.port(),
              "only one of the two speaks TLS",
              "redis.sentinel-tls");
    }
  }

  @Test
  void redisSpeaksTlsAndSentinelsDoNot() throws Exception {
    var certificates = new TestCertificates(folder).make("server");
    var port = RedisProcess.freePort();
    try (var redis =
            RedisProcess.start(certificates.listening(port, false).toArray(String[]::new));
        var sentinel = sentinel(port, certificates.configured(0) + "tls-replication yes\n")) {
      assertThat(redis.alive()).isTrue();
      assertWorks(address("rediss-sentinel", sentinel.port()), overTls(certificates, false));
    }
  }

  private static RedisAccess overTls(TestCertificates certificates, boolean sentinels) {
    return new RedisAccess(
        RedisLogin.NOBODY,
        Optional.empty(),
        sentinels,
        Optional.of(certificates.authority()),
        Optional.empty());
  }
}
