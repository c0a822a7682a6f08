package io.byssus.tests.bench;

import io.byssus.tests.bench.ServerProcess.CpuTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Byssus beside the yardstick: both run all the time, and one at a time is loaded. What disturbs
 * the machine for longer than a round disturbs both, so the ratio within a round is what counts.
 */
final class Comparison {
  private static final int WARM_UP_SLICES = 4;
  private static final int WARM_UP_SLICES_MAX = 60;
  private static final int WARM_UP_MESSAGES = 50_000;

  private final Home home;
  private final Options options;
  private final Progress progress;

  Comparison(Home home, Options options, Progress progress) {
    this.home = home;
    this.options = options;
    this.progress = progress;
  }

  /**
   * @param userMicros of the server's CPU time for each message, outside the kernel
   * @param systemMicros in the kernel
   * @param perSecond messages
   */
  record Sample(double userMicros, double systemMicros, double perSecond) {
    double cpuMicros() {
      return userMicros + systemMicros;
    }
  }

  record Round(Sample ours, Sample theirs) {
    double ratio() {
      return ours.cpuMicros() / theirs.cpuMicros();
    }
  }

  /** Processes under a load. */
  record Loaded(Load load, Supplier<CpuTime> cpuTime) {
    static Loaded server(ServerProcess server, Load load) {
      return new Loaded(load, server::cpuTime);
    }
  }

  /**
   * @param hotFrames empty if not asked for
   */
  record Result(Scenario scenario, List<Round> rounds, String hotFrames) {}

  Result of(Scenario scenario) throws IOException {
    try (var generator = new Generator();
        var byssus = options.subject(home);
        var netty = ServerProcess.minimalNetty(home)) {
      progress.say(scenario.name() + ": connecting");
      try (var ours = scenario.load(generator, byssus.address(), options.dialect(scenario));
          var theirs = scenario.load(generator, netty.address(), new Dialect.Plain())) {
        var rounds =
            rounds(
                scenario.name(),
                options.rounds(),
                Loaded.server(byssus, ours),
                Loaded.server(netty, theirs));
        return new Result(scenario, rounds, hotFrames(scenario, byssus, ours, netty, theirs));
      }
    }
  }

  /**
   * In turns, as in the rounds: what is compiled under load meets the pauses too. For some time,
   * and until the code of both has been run often enough to be compiled for good.
   */
  private void warmUp(String name, Load ours, Load theirs) {
    var slice = options.warmUp().dividedBy(WARM_UP_SLICES);
    var least = 0L;
    for (var i = 0; i < WARM_UP_SLICES || least < WARM_UP_MESSAGES && i < WARM_UP_SLICES_MAX; i++) {
      progress.say("%s: warming up (%,d)".formatted(name, least));
      var messages = ours.run(slice);
      least += Math.min(messages, theirs.run(slice));
    }
  }

  /** After warming up. */
  List<Round> rounds(String name, int count, Loaded ours, Loaded theirs) {
    warmUp(name, ours.load, theirs.load);
    var rounds = new ArrayList<Round>();
    for (var i = 0; i < count; i++) {
      progress.say("%s: round %d of %d".formatted(name, i + 1, count));
      // Now one goes first, now the other, so that a drift of the machine favours neither.
      if (i % 2 == 0) {
        var first = sample(ours, options.time());
        rounds.add(new Round(first, sample(theirs, options.time())));
      } else {
        var first = sample(theirs, options.time());
        rounds.add(new Round(sample(ours, options.time()), first));
      }
    }
    return rounds;
  }

  private static Sample sample(Loaded loaded, Duration time) {
    var before = loaded.cpuTime.get();
    var start = System.nanoTime();
    var messages = loaded.load.run(time);
    var seconds = (System.nanoTime() - start) / 1e9;
    var used = loaded.cpuTime.get().minus(before);
    return new Sample(
        (double) used.user() / messages, (double) used.system() / messages, messages / seconds);
  }

  private String hotFrames(
      Scenario scenario, ServerProcess byssus, Load ours, ServerProcess netty, Load theirs)
      throws IOException {
    if (!options.profile()) {
      return "";
    }
    progress.say(scenario.name() + ": looking where the time goes");
    var time = Duration.ofSeconds(10);
    return HotFrames.of(home, byssus, () -> ours.run(time))
        + HotFrames.of(home, netty, () -> theirs.run(time));
  }
}
