package io.byssus.redis.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority of the tests, and certificates that it has signed for localhost. */
public record TestCertificates(Path folder) {
  /** Makes {@code ca.crt} and {@code ca.key}. */
  public TestCertificates {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
      openssl(
          folder,
          "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes {@code NAME.crt} and {@code NAME.key}. */
  public TestCertificates make(String name) {
    return make(name, "rsa:2048");
  }

  /**
   * As {@link #make(String)}.
   *
   * @param key what {@code openssl req -newkey} takes
   */
  public TestCertificates make(String name, String key) {
    openssl("req -newkey %2$s -nodes -keyout %1$s.key -out %1$s.csr -subj /CN=%1$s", name, key);
    openssl(
        "x509 -req -in %1$s.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names"
            + " -out %1$s.crt",
        name);
    return this;
  }

  public Path file(String name) {
    return folder.resolve(name);
  }

  public Path authority() {
    return file("ca.crt");
  }

  /** What a server is started with to listen for TLS as well. */
  public List<String> listening(int port, boolean asksForCertificates) {
    return List.of(
        "--tls-port", "" + port,
        "--tls-cert-file", file("server.crt").toString(),
        "--tls-key-file", file("server.key").toString(),
        "--tls-ca-cert-file", authority().toString(),
        "--tls-auth-clients", asksForCertificates ? "yes" : "no");
  }

  /** The same as lines of a configuration file. */
  public String configured(int port) {
    var lines = new StringBuilder();
    var words = listening(port, false);
    for (int i = 0; i < words.size(); i += 2) {
      lines.append(words.get(i).substring(2)).append(' ').append(words.get(i + 1)).append('\n');
    }
    return lines.toString();
  }

  /** Runs {@code openssl} in the folder. */
  public void openssl(String arguments, Object... named) {
    openssl(folder, arguments.formatted(named));
  }

  private static void openssl(Path folder, String arguments) {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    var log = folder.resolve("openssl.log");
    try {
      var process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException("openssl " + arguments + ": " + Files.readString(log));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
