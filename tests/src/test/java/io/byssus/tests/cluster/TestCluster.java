package io.byssus.tests.cluster;

import io.byssus.redis.RedisAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Three nodes on one Redis, and an nginx before them: each a process. */
public record TestCluster(List<NodeProcess> nodes, Nginx nginx) implements AutoCloseable {
  private static final List<String> SETTINGS =
      List.of(
          "listen.trusted-proxies=127.0.0.1/32",
          "namespaces.default.history.size=20000",
          "drain.window=1s",
          "drain.deadline=5s");

  /**
   * Returns when all are ready.
   *
   * @param name of the folder in which they write their logs
   */
  public static TestCluster start(String name, RedisAddress redis) {
    try {
      var folder = Path.of("target", "cluster", name);
      deleteLogs(folder);
      Files.createDirectories(folder);
      var arguments =
          IntStream.range(0, 2 + 2 * SETTINGS.size())
              .mapToObj(i ->
                  i == 0
                      ? "--engine"
                      : i == 1
                          ? redis.toString()
                          : i % 2 == 0 ? "--set" : SETTINGS.get((i - 3) / 2))
              .toList();
      var nodes =
          IntStream.rangeClosed(1, 3)
              .mapToObj(i -> NodeProcess.start("n" + i, folder, arguments))
              .toList();
      nodes.forEach(NodeProcess::awaitReady);
      return new TestCluster(nodes, Nginx.start(folder, nodes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteLogs(Path folder) throws IOException {
    for (int i = 1; i <= 3; i++) {
      Files.deleteIfExists(folder.resolve("n" + i + ".log"));
    }
  }

  public NodeProcess node(int number) {
    return nodes.get(number - 1);
  }

  public URI webSocket() {
    return nginx.webSocket();
  }

  public void awaitReady() {
    nodes.forEach(NodeProcess::awaitReady);
  }

  @Override
  public void close() {
    nginx.close();
    nodes.forEach(NodeProcess::close);
  }
}
