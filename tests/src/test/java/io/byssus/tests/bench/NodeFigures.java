package io.byssus.tests.bench;

import static io.byssus.tests.bench.RedisScenarios.format;

import io.byssus.redis.testing.RedisDeployment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Two nodes on Redis, the publisher on one and the subscribers on the other, beside one node
 * without Redis.
 */
final class NodeFigures {
  private static final double FANOUT_BAR = 1.1;

  private final Home home;
  private final RedisDeployment redis;
  private final Options options;
  private final Progress progress;

  NodeFigures(Home home, RedisDeployment redis, Options options, Progress progress) {
    this.home = home;
    this.redis = redis;
    this.options = options;
    this.progress = progress;
  }

  List<Figure> fanout(RedisScenario scenario, int burst) throws IOException {
    var dialect = Dialect.Native.withHistory();
    try (var generator = new Generator();
        var from = node("n1");
        var to = node("n2");
        var memory = ServerProcess.byssus(home, Build.here(home), options.settings());
        var ours =
            Broadcast.open(
                generator, from.address(), to.address(), dialect, scenario.size(), burst);
        var theirs = Broadcast.open(generator, memory.address(), dialect, scenario.size(), burst)) {
      var rounds =
          new Comparison(home, options, progress)
              .rounds(
                  scenario.name(),
                  options.rounds(),
                  Comparison.Loaded.server(to, ours),
                  Comparison.Loaded.server(memory, theirs));
      var what = burst == 1 ? "one message at a time" : "ten messages waiting";
      var ratio = Samples.of(rounds.stream().map(Comparison.Round::ratio).toList());
      return List.of(
          new Figure(
              format("receiving node, %,d subscribers, %s: CPU a delivery", scenario.size(), what),
              Samples.of(rounds.stream().map(round -> round.ours().cpuMicros()).toList())
                  .words(" µs")),
          new Figure(
              "the same on one node without Redis",
              Samples.of(rounds.stream().map(round -> round.theirs().cpuMicros()).toList())
                  .words(" µs")),
          new Figure("ratio", ratio.words(""), format("at most %.1f", FANOUT_BAR)));
    }
  }

  List<Figure> latency() throws IOException {
    var dialect = Dialect.Native.withHistory();
    try (var generator = new Generator();
        var from = node("n1");
        var to = node("n2");
        var memory = ServerProcess.byssus(home, Build.here(home), options.settings())) {
      var ours = PacedPublishing.open(generator, from.address(), to.address(), dialect);
      var theirs = PacedPublishing.open(generator, memory.address(), memory.address(), dialect);
      progress.say("redis-latency: warming up");
      ours.run(options.warmUp());
      theirs.run(options.warmUp());
      List<Histogram> overRedis = new ArrayList<>();
      List<Histogram> inMemory = new ArrayList<>();
      for (var i = 0; i < options.rounds(); i++) {
        progress.say("redis-latency: round %d of %d".formatted(i + 1, options.rounds()));
        overRedis.add(ours.run(options.time()));
        inMemory.add(theirs.run(options.time()));
      }
      return List.of(
          new Figure("two nodes, from publish to delivery, p50", words(overRedis, 50)),
          new Figure("the same, p99", words(overRedis, 99)),
          new Figure("one node without Redis, p50", words(inMemory, 50)),
          new Figure("the same, p99", words(inMemory, 99)));
    }
  }

  private static String words(List<Histogram> rounds, double percentile) {
    return Samples.of(
            rounds.stream().map(round -> round.getValueAtPercentile(percentile) / 1e6).toList())
        .words(" ms");
  }

  private ServerProcess node(String name) throws IOException {
    return ServerProcess.node(home, Build.here(home), name, redis.address(), options.settings());
  }
}
