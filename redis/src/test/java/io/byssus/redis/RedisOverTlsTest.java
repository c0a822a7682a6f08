package io.byssus.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.redis.testing.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis is trusted that has a certificate for its name, from an authority that is trusted. */
class RedisOverTlsTest {
  @TempDir private Path folder;

  @Test
  void onlyTheServerThatWasMeantIsTrusted() throws Exception {
    makeCertificates();
    var port = RedisProcess.freePort();
    try (var server =
        RedisProcess.start(
            "--tls-port", "" + port,
            "--tls-cert-file", file("server.crt"),
            "--tls-key-file", file("server.key"),
            "--tls-ca-cert-file", file("ca.crt"),
            "--tls-auth-clients", "no")) {
      var authority = Optional.of(folder.resolve("ca.crt"));
      try (var node = new TestNode(RedisAddress.parse("rediss://localhost:" + port), authority)) {
        assertThat(node.publish("news", 1).offset()).isEqualTo(1);
        assertThat(server.command("CLIENT", "LIST")).contains(":" + port);
      }
      assertThatThrownBy(() ->
              new TestNode(RedisAddress.parse("rediss://127.0.0.2:" + port), authority).close())
          .isInstanceOf(RedisUnavailableException.class)
          .hasMessageContaining("127.0.0.2");
      assertThatThrownBy(() ->
              new TestNode(RedisAddress.parse("rediss://localhost:" + port), Optional.empty())
                  .close())
          .isInstanceOf(RedisUnavailableException.class)
          .hasMessageContaining("certification path");
    }
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private void makeCertificates() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
    openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=test");
    openssl("req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost");
    openssl(
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names"
            + " -out server.crt");
  }

  private void openssl(String arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    var process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("openssl.log").toFile())
            .start();
    assertThat(process.waitFor()).as(() -> "openssl " + arguments + ": " + log()).isZero();
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("openssl.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
