package io.byssus.redis;

import static io.byssus.redis.TestNode.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis is trusted that has a certificate for its name, from an authority that is trusted. */
class RedisOverTlsTest {
  @TempDir private Path folder;
  private TestCertificates certificates;

  @BeforeEach
  void makeCertificates() {
    certificates = new TestCertificates(folder).make("server");
  }

  private RedisProcess listening(int port, boolean asksForCertificates) {
    var arguments = new ArrayList<>(certificates.listening(port, asksForCertificates));
    arguments.addAll(List.of("--bind", "127.0.0.1 127.0.0.2"));
    return RedisProcess.start(arguments.toArray(String[]::new));
  }

  private RedisAccess access(RedisAddress address, String own) {
    return new RedisAccess(
        RedisLogin.NOBODY,
        Optional.empty(),
        address.tls(),
        Optional.of(certificates.authority()),
        Optional.of(
            new RedisCertificate(folder.resolve(own + ".crt"), folder.resolve(own + ".key"))));
  }

  @Test
  void onlyTheServerThatWasMeantIsTrusted() throws Exception {
    var port = RedisProcess.freePort();
    try (var server = listening(port, false)) {
      var authority = Optional.of(certificates.authority());
      var meant = RedisAddress.parse("rediss://localhost:" + port);
      try (var node = new TestNode(meant, RedisAccess.of(meant, authority))) {
        assertThat(node.publish("news", 1).offset()).isEqualTo(1);
        assertThat(server.command("CLIENT", "LIST")).contains(":" + port);
      }
      var other = RedisAddress.parse("rediss://127.0.0.2:" + port);
      assertThat(refusal(other, RedisAccess.of(other, authority)))
          .contains("Redis at 127.0.0.2:" + port + " cannot be used", "redis.ca-file");
      assertThat(refusal(meant, RedisAccess.of(meant, Optional.empty())))
          .contains("certification path", "redis.ca-file");
    }
  }

  @Test
  void whereTlsIsExpectedAndThereIsNoneThatIsSaid() {
    try (var server = RedisProcess.start()) {
      var address = RedisAddress.parse("rediss://localhost:" + server.port());
      assertThat(refusal(address, RedisAccess.of(address, Optional.empty())))
          .contains("only one of the two speaks TLS", "rediss");
    }
  }

  @Test
  void whereTlsIsNotExpectedAndThereIsNothingElseThatIsSaid() {
    var port = RedisProcess.freePort();
    try (var server = listening(port, false)) {
      assertThat(server.alive()).isTrue();
      var address = RedisAddress.parse("redis://localhost:" + port);
      assertThat(refusal(address, RedisAccess.of(address, Optional.empty())))
          .contains("only one of the two speaks TLS", "rediss");
    }
  }

  @Test
  void aNodeShowsTheCertificateThatItIsAskedFor() throws Exception {
    certificates.make("node").make("curve", "ec -pkeyopt ec_paramgen_curve:prime256v1");
    certificates.make("edwards", "ed25519");
    new TestCertificates(folder.resolve("elsewhere")).make("stranger");
    var port = RedisProcess.freePort();
    var address = RedisAddress.parse("rediss://localhost:" + port);
    try (var server = listening(port, true)) {
      for (var own : List.of("node", "curve", "edwards")) {
        try (var node = new TestNode(address, access(address, own))) {
          assertThat(node.publish("news", 1).offset()).as(own).isPositive();
          assertThat(server.command("CLIENT", "LIST")).contains(":" + port);
        }
      }
      var without = RedisAccess.of(address, Optional.of(certificates.authority()));
      assertThat(refusal(address, without)).contains("redis.cert-file", "redis.key-file");
      assertThat(refusal(address, access(address, "elsewhere/stranger")))
          .contains("redis.cert-file", "redis.key-file");
    }
  }

  /** Certificates are renewed every few weeks, under nodes that run for months. */
  @Test
  void renewedCertificatesAreTakenWithTheNextConnection() throws Exception {
    certificates.make("node");
    var port = RedisProcess.freePort();
    var address = RedisAddress.parse("rediss://localhost:" + port);
    try (var server = listening(port, true);
        var node = new TestNode(address, access(address, "node"))) {
      node.publish("news", 1);
      // Another authority, another certificate of the server, another of the node.
      var renewed = new TestCertificates(folder.resolve("renewed")).make("server").make("node");
      for (var name : new String[] {"ca.crt", "server.crt", "server.key", "node.crt", "node.key"}) {
        Files.copy(renewed.file(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
      server.command(
          "CONFIG",
          "SET",
          "tls-ca-cert-file",
          certificates.authority().toString(),
          "tls-cert-file",
          certificates.file("server.crt").toString(),
          "tls-key-file",
          certificates.file("server.key").toString());
      server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      server.command("CLIENT", "KILL", "TYPE", "pubsub");
      node.awaitPublished("news", 2);
    }
  }
}
