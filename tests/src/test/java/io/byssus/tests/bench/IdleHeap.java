package io.byssus.tests.bench;

import io.byssus.tests.bench.LiveHeap.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What many idle clients take in the heap of a server, beside the bare connections of Netty. */
final class IdleHeap {
  /** Loads the classes and makes the tables that the first clients need. */
  private static final int FIRST = 200;

  private static final int ROWS = 30;

  private final Home home;
  private final Options options;
  private final Progress progress;

  IdleHeap(Home home, Options options, Progress progress) {
    this.home = home;
    this.options = options;
    this.progress = progress;
  }

  /**
   * @param bytes live heap for each client
   * @param rss resident memory of the process for each client
   * @param classes what takes the most, as a table
   */
  record Usages(double bytes, double rss, String classes) {}

  record Result(Scenario scenario, Usages byssus, Usages netty) {}

  /** One server after the other: one process may not have both ends of so many connections. */
  Result of(Scenario scenario) throws IOException {
    Usages ours;
    try (var server = options.subject(home)) {
      ours = measure(scenario, server, options.dialect(scenario));
    }
    try (var server = ServerProcess.minimalNetty(home)) {
      return new Result(scenario, ours, measure(scenario, server, new Dialect.Plain()));
    }
  }

  Usages measure(Scenario scenario, ServerProcess server, Dialect dialect) throws IOException {
    progress.say(scenario.name() + ": " + server.name());
    try (var generator = new Generator()) {
      var first = generator.open(server.address(), FIRST, i -> dialect.idle(scenario.size() + i));
      var before = LiveHeap.of(server.pid());
      var rssBefore = rss(server);
      var idle = generator.open(server.address(), scenario.size(), dialect::idle);
      var after = LiveHeap.of(server.pid());
      var rssAfter = rss(server);
      var lost = idle.stream().filter(client -> !client.ending().isEmpty()).count();
      if (lost > 0) {
        throw new IOException(lost + " clients were lost");
      }
      generator.reset(idle);
      generator.reset(first);
      return new Usages(
          (double) (after.bytes() - before.bytes()) / scenario.size(),
          (double) (rssAfter - rssBefore) / scenario.size(),
          table(before, after, scenario.size()));
    }
  }

  private static long rss(ServerProcess server) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }

  private record Growth(String name, double instances, double bytes) {}

  private static String table(LiveHeap before, LiveHeap after, int clients) {
    List<Growth> growths = new ArrayList<>();
    after
        .byClass()
        .forEach((name, now) -> {
          var then = before.byClass().getOrDefault(name, Usage.NONE);
          growths.add(
              new Growth(
                  name,
                  (double) (now.instances() - then.instances()) / clients,
                  (double) (now.bytes() - then.bytes()) / clients));
        });
    growths.sort(Comparator.comparingDouble(Growth::bytes).reversed());
    var table =
        new StringBuilder("| class | objects a client | bytes a client |\n| --- | --: | --: |\n");
    growths.stream()
        .limit(ROWS)
        .filter(growth -> growth.bytes >= 1)
        .forEach(growth ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "| `%s` | %.2f | %.1f |%n",
                    growth.name,
                    growth.instances,
                    growth.bytes)));
    return table.toString();
  }
}
