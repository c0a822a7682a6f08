package io.byssus.tests.bench;

import static io.byssus.tests.bench.RedisScenarios.format;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.tests.bench.Comparison.Loaded;
import io.byssus.tests.bench.ServerProcess.CpuTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * This build beside another, row by row. Both run all the time and are loaded alternately, so the
 * ratio of two neighbouring measurements is what counts. A JVM may be lucky with how it compiles
 * the code, so both are started several times and the ratios of all starts stand side by side.
 */
final class Versus {
  /** A row is worse when even the lower end of its ratio's interval is above this. */
  static final double BAR = 1.03;

  private static final int DEEP_BURST = 100;

  private final Home home;
  private final List<Build> builds;
  private final Options options;
  private final Progress progress;
  private final Comparison comparison;
  private final String loadBefore = Machine.loadAverage();
  private final List<String> rows = new ArrayList<>();
  private final StringBuilder details = new StringBuilder();

  Versus(Home home, Build other, Options options, Progress progress) {
    this.home = home;
    this.builds = List.of(Build.here(home), other);
    this.options = options;
    this.progress = progress;
    this.comparison = new Comparison(home, options, progress);
  }

  /** One measurement of each. */
  record Pair(double ours, double theirs) {
    double ratio() {
      // What is nothing with both is the same with both.
      return ours == theirs ? 1 : ours / theirs;
    }
  }

  record Row(String scenario, String what, String unit, List<Pair> pairs) {
    Row {
      pairs = List.copyOf(pairs);
    }

    Interval ratio() {
      return Interval.ofMedian(pairs.stream().map(Pair::ratio).toList());
    }

    boolean worse() {
      return ratio().low() > BAR;
    }

    private String words(Function<Pair, Double> side) {
      var samples = Samples.of(pairs.stream().map(side).toList());
      return samples.median() >= 100
          ? format("%,.0f%s (%,.0f–%,.0f)", samples.median(), unit, samples.min(), samples.max())
          : samples.words(unit);
    }

    private String cells() {
      return String.join(
          " | ",
          scenario,
          what,
          words(Pair::ours),
          words(Pair::theirs),
          ratio().words(),
          worse() ? format("**worse by %.0f %%**", (ratio().median() - 1) * 100) : "held");
    }
  }

  // One node, memory engine.

  Row of(Scenario scenario) throws IOException {
    return switch (scenario.kind()) {
      case HEAP -> heap(scenario);
      case FANOUT, BURST, ECHO, CONNECT -> load(scenario);
    };
  }

  private Row load(Scenario scenario) throws IOException {
    return inStarts(
        scenario.name(),
        scenario.words() + ", CPU",
        " µs",
        rounds -> {
          try (var generator = new Generator();
              var ours = ServerProcess.byssus(home, builds.getFirst(), options.settings());
              var theirs = ServerProcess.byssus(home, builds.getLast(), options.settings());
              var one = scenario.load(generator, ours.address(), scenario.dialect());
              var other = scenario.load(generator, theirs.address(), scenario.dialect())) {
            return cpu(
                scenario.name(), rounds, Loaded.server(ours, one), Loaded.server(theirs, other));
          }
        });
  }

  private Row heap(Scenario scenario) throws IOException {
    var heap = new IdleHeap(home, options, progress);
    return once(
        scenario.name(),
        scenario.words(),
        " B",
        build -> {
          try (var server = ServerProcess.byssus(home, build, options.settings())) {
            return heap.measure(scenario, server, scenario.dialect()).bytes();
          }
        });
  }

  // Nodes on Redis, each build on a Redis of its own.

  Row of(RedisScenario scenario) throws IOException {
    var name = scenario.name();
    return switch (scenario.kind()) {
      case PUBLISH ->
          passage(
              name,
              "publications with history, a hundred waiting: CPU of the publishing node and of"
                  + " Redis",
              1,
              DEEP_BURST,
              passage -> passage.from.cpuTime().plus(passage.redisCpu()));
      case RECEIVE ->
          passage(
              name,
              "the same publications, one subscriber: CPU of the receiving node",
              1,
              DEEP_BURST,
              passage -> passage.to.cpuTime());
      case FANOUT ->
          passage(
              name,
              format(
                  "receiving node, %,d subscribers, one message at a time, CPU", scenario.size()),
              scenario.size(),
              1,
              passage -> passage.to.cpuTime());
      case BURST ->
          passage(
              name,
              format("receiving node, %,d subscribers, ten messages waiting, CPU", scenario.size()),
              scenario.size(),
              Scenario.BURST,
              passage -> passage.to.cpuTime());
      case LATENCY -> latency(name);
      case RESUME ->
          once(
              name,
              format(
                  "%,d sessions come back after kill -9 of their node%s: CPU of the node and of"
                      + " Redis a session",
                  scenario.size(), own(scenario)),
              " µs",
              build -> {
                try (var redis = RedisDeployment.standalone()) {
                  return sessions(build, redis).measureResume(scenario).cpuMicros();
                }
              });
      case IDLE ->
          once(
              name,
              format(
                  "%,d idle sessions%s: commands a second that Redis counts, those within scripts"
                      + " included",
                  scenario.size(), own(scenario)),
              "",
              build -> {
                try (var redis = RedisDeployment.standalone()) {
                  var idle = sessions(build, redis).measureIdle(scenario);
                  return idle.redis().commands() / idle.seconds();
                }
              });
      case HEAL ->
          throw new IllegalArgumentException(
              name + " is about one build: a quiet time of it, and one behind a FLUSHALL");
    };
  }

  private static String own(RedisScenario scenario) {
    return scenario.ownChannels() ? ", a channel of its own for each" : "";
  }

  private SessionFigures sessions(Build build, RedisDeployment redis) {
    return new SessionFigures(home, build, redis, options, progress);
  }

  /** A publisher on one node, subscribers on another, of one build. */
  private final class Passage implements AutoCloseable {
    private final RedisDeployment redis = RedisDeployment.standalone();
    private final ServerProcess from;
    private final ServerProcess to;

    Passage(Build build) throws IOException {
      from = ServerProcess.node(home, build, "n1", redis.address(), options.settings());
      to = ServerProcess.node(home, build, "n2", redis.address(), options.settings());
    }

    CpuTime redisCpu() {
      return new CpuTime(RedisCounters.of(redis.servers().getFirst()).cpuMicros(), 0);
    }

    Load load(Generator generator, int subscribers, int burst) {
      return Broadcast.open(
          generator,
          from.address(),
          to.address(),
          Dialect.Native.withHistory(),
          subscribers,
          burst);
    }

    @Override
    public void close() {
      to.close();
      from.close();
      redis.close();
    }
  }

  private Row passage(
      String scenario, String what, int subscribers, int burst, Function<Passage, CpuTime> cpu)
      throws IOException {
    return inStarts(
        scenario,
        what,
        " µs",
        rounds -> {
          try (var generator = new Generator();
              var ours = new Passage(builds.getFirst());
              var theirs = new Passage(builds.getLast());
              var one = ours.load(generator, subscribers, burst);
              var other = theirs.load(generator, subscribers, burst)) {
            return cpu(
                scenario,
                rounds,
                new Loaded(one, () -> cpu.apply(ours)),
                new Loaded(other, () -> cpu.apply(theirs)));
          }
        });
  }

  /** By the clock, which tells about the neighbours too. */
  private Row latency(String scenario) throws IOException {
    return inStarts(
        scenario,
        "two nodes, 200 a second, from publish to delivery, p50 by the clock",
        " ms",
        rounds -> {
          try (var generator = new Generator();
              var ours = new Passage(builds.getFirst());
              var theirs = new Passage(builds.getLast())) {
            var one = paced(generator, ours);
            var other = paced(generator, theirs);
            progress.say(scenario + ": warming up");
            one.run(options.warmUp());
            other.run(options.warmUp());
            var pairs = new ArrayList<Pair>();
            for (var i = 0; i < rounds; i++) {
              progress.say("%s: round %d of %d".formatted(scenario, i + 1, rounds));
              var first = millis((i % 2 == 0 ? one : other));
              var second = millis((i % 2 == 0 ? other : one));
              pairs.add(i % 2 == 0 ? new Pair(first, second) : new Pair(second, first));
            }
            return pairs;
          }
        });
  }

  private static PacedPublishing paced(Generator generator, Passage passage) {
    return PacedPublishing.open(
        generator, passage.from.address(), passage.to.address(), Dialect.Native.withHistory());
  }

  private double millis(PacedPublishing publishing) {
    return publishing.run(options.time()).getValueAtPercentile(50) / 1e6;
  }

  // How measurements become rows.

  private interface Start {
    List<Pair> pairs(int rounds) throws IOException;
  }

  private Row inStarts(String scenario, String what, String unit, Start start) throws IOException {
    var pairs = new ArrayList<Pair>();
    var rounds = Math.ceilDiv(options.rounds(), options.starts());
    for (var i = 1; i <= options.starts(); i++) {
      progress.say("%s: start %d of %d".formatted(scenario, i, options.starts()));
      pairs.addAll(start.pairs(rounds));
    }
    return new Row(scenario, what, unit, pairs);
  }

  private interface Single {
    double of(Build build) throws IOException;
  }

  /** One measurement for each start, now of the one first, now of the other. */
  private Row once(String scenario, String what, String unit, Single single) throws IOException {
    var pairs = new ArrayList<Pair>();
    for (var i = 0; i < options.starts(); i++) {
      progress.say("%s: start %d of %d".formatted(scenario, i + 1, options.starts()));
      if (i % 2 == 0) {
        var ours = single.of(builds.getFirst());
        pairs.add(new Pair(ours, single.of(builds.getLast())));
      } else {
        var theirs = single.of(builds.getLast());
        pairs.add(new Pair(single.of(builds.getFirst()), theirs));
      }
    }
    return new Row(scenario, what, unit, pairs);
  }

  private List<Pair> cpu(String scenario, int rounds, Loaded ours, Loaded theirs) {
    return comparison.rounds(scenario, rounds, ours, theirs).stream()
        .map(round -> new Pair(round.ours().cpuMicros(), round.theirs().cpuMicros()))
        .toList();
  }

  // The table.

  /** The new row. */
  String add(Row row) {
    var line = "| " + row.cells() + " |";
    rows.add(line);
    details.append(format("%n### %s%n%n| this build | the other | ratio |%n", row.scenario));
    details.append("| --: | --: | --: |\n");
    row.pairs.forEach(pair ->
        details.append(format("| %,.2f | %,.2f | %.3f |%n", pair.ours, pair.theirs, pair.ratio())));
    return line;
  }

  void failed(String scenario, Exception failure) {
    rows.add("| " + scenario + " | failed: " + failure.getMessage() + " | | | | **failed** |");
  }

  String markdown() {
    return """
    # This build beside another

    - the other: `%s`
    - %s
    - load average before %s, after %s (over 1, 5 and 15 minutes)
    - Byssus: %s
    - %d starts of both; %d rounds of %.1f s on each, in turns, after %.1f s of warm-up; one measurement a start of heap, resume and idle

    Median and range of the measurements; of their ratios the median and its 95 %% interval (below six of them: their range).
    A row is worse when the lower end of that interval is above %.2f.

    | scenario | what | this build | the other | ratio | |
    | --- | --- | --- | --- | --- | --- |
    %s
    %s\
    """
        .formatted(
            builds.getLast().jar(),
            Machine.facts(),
            loadBefore,
            Machine.loadAverage(),
            options.settings().isEmpty()
                ? "default settings"
                : String.join(" ", options.settings()),
            options.starts(),
            options.rounds(),
            options.time().toMillis() / 1000.0,
            options.warmUp().toMillis() / 1000.0,
            BAR,
            String.join("\n", rows),
            details);
  }
}
