package io.byssus.tests.bench;

import static io.byssus.tests.bench.RedisScenarios.format;

import com.sun.management.OperatingSystemMXBean;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import io.byssus.redis.RedisEngine;
import io.byssus.redis.RedisSettings;
import io.byssus.redis.RedisUnavailableException;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** What the engine itself costs, without connections and sessions: it runs in this JVM. */
final class EngineFigures {
  private static final OperatingSystemMXBean JVM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Duration SLICE = Duration.ofMillis(50);

  private final RedisDeployment deployment;
  private final RedisProcess redis;
  private final Options options;
  private final Progress progress;

  EngineFigures(RedisDeployment deployment, Options options, Progress progress) {
    this.deployment = deployment;
    this.redis = deployment.servers().getFirst();
    this.options = options;
    this.progress = progress;
  }

  private RedisEngine connect(String node) throws IOException {
    var settings =
        new RedisSettings(
            deployment.address(),
            Optional.empty(),
            RedisSettings.DEFAULT_TIMEOUT,
            0,
            RedisSettings.DEFAULT_PREFIX);
    try {
      return RedisEngine.connect(
          settings, EngineSettings.DEFAULTS, new Owner(node, node), new SecureRandom());
    } catch (RedisUnavailableException e) {
      throw new IOException(e);
    }
  }

  /**
   * @param redisMicros of Redis for each publication
   * @param jvmMicros of this whole JVM
   */
  private record Rate(double perSecond, double redisMicros, double jvmMicros) {}

  private record Round(Rate engine, Optional<Rate> benchmark) {}

  List<Figure> publish() throws IOException {
    try (var engine = connect("n1")) {
      var publishing = new Publishing(engine.engine().broker());
      publishing.run(options.warmUp());
      var benchmark =
          RedisBenchmark.isHere()
              ? Optional.of(
                  new RedisBenchmark(
                      redis, RedisBenchmark.overheard(redis, 3, () -> publishing.run(SLICE))))
              : Optional.<RedisBenchmark>empty();
      var rounds = new ArrayList<Round>();
      for (var i = 0; i < options.rounds(); i++) {
        progress.say("redis-publish: round %d of %d".formatted(i + 1, options.rounds()));
        if (i % 2 == 0) {
          var first = engine(publishing);
          rounds.add(new Round(first, benchmark(benchmark, first)));
        } else {
          // Without an engine's round just before, the last one tells how many make a round.
          var first = benchmark(benchmark, rounds.getLast().engine);
          rounds.add(new Round(engine(publishing), first));
        }
      }
      return publishFigures(rounds);
    }
  }

  private Rate engine(Publishing publishing) {
    var before = RedisCounters.of(redis);
    var jvmBefore = JVM.getProcessCpuTime();
    var startNs = System.nanoTime();
    var published = publishing.run(options.time());
    var seconds = (System.nanoTime() - startNs) / 1e9;
    var jvmMicros = (JVM.getProcessCpuTime() - jvmBefore) / 1e3;
    var used = RedisCounters.of(redis).minus(before);
    return new Rate(
        published / seconds, (double) used.cpuMicros() / published, jvmMicros / published);
  }

  private Optional<Rate> benchmark(Optional<RedisBenchmark> benchmark, Rate like)
      throws IOException {
    if (benchmark.isEmpty()) {
      return Optional.empty();
    }
    var count = Math.round(like.perSecond * options.time().toMillis() / 1000);
    var before = RedisCounters.of(redis);
    var perSecond = benchmark.get().run(count);
    var used = RedisCounters.of(redis).minus(before);
    return Optional.of(new Rate(perSecond, (double) used.cpuMicros() / count, 0));
  }

  private static List<Figure> publishFigures(List<Round> rounds) {
    var figures = new ArrayList<Figure>();
    figures.add(
        new Figure(
            "publications with history a second, one node's engine, "
                + Publishing.WINDOW
                + " under way",
            thousands(rounds, round -> round.engine.perSecond)));
    if (rounds.getFirst().benchmark.isPresent()) {
      ToDoubleFunction<Round> share =
          round -> round.engine.perSecond / round.benchmark.orElseThrow().perSecond;
      figures.add(
          new Figure(
              "the same script by redis-benchmark -P 32 -c 1",
              thousands(rounds, round -> round.benchmark.orElseThrow().perSecond)));
      figures.add(new Figure("the engine's share of that", words(rounds, share, "")));
      figures.add(
          new Figure(
              "Redis, CPU a publication by redis-benchmark",
              words(rounds, round -> round.benchmark.orElseThrow().redisMicros, " µs")));
    } else {
      figures.add(
          new Figure(
              "the same script by redis-benchmark",
              "not measured: redis-benchmark is not on the PATH (Debian has it in redis-tools)"));
    }
    figures.add(
        new Figure(
            "Redis, CPU a publication by the engine",
            words(rounds, round -> round.engine.redisMicros, " µs")));
    figures.add(
        new Figure(
            "JVM, CPU a publication, all threads",
            words(rounds, round -> round.engine.jvmMicros, " µs")));
    return figures;
  }

  /** By thread: the engine that publishes and the one that hears are both here. */
  private record Passage(double publishMicros, double receiveMicros) {}

  List<Figure> receive() throws IOException {
    try (var from = connect("n1")) {
      var publishing = new Publishing(from.engine().broker());
      publishing.run(options.warmUp().dividedBy(2));
      var publishers = ThreadsCpu.all();
      try (var to = connect("n2")) {
        var heard = new AtomicLong();
        to.engine()
            .broker()
            .subscribe(Publishing.CHANNEL, (_, _, _) -> heard.incrementAndGet())
            .toCompletableFuture()
            .join();
        pass(publishing, heard, options.warmUp().dividedBy(2));
        var receivers = ThreadsCpu.all().without(publishers);
        var rounds = new ArrayList<Passage>();
        for (var i = 0; i < options.rounds(); i++) {
          progress.say("redis-receive: round %d of %d".formatted(i + 1, options.rounds()));
          var publishBefore = publishers.micros();
          var receiveBefore = receivers.micros();
          var count = pass(publishing, heard, options.time());
          rounds.add(
              new Passage(
                  (publishers.micros() - publishBefore) / count,
                  (receivers.micros() - receiveBefore) / count));
        }
        return List.of(
            new Figure(
                "publishing engine, CPU of its threads a message",
                words(rounds, Passage::publishMicros, " µs")),
            new Figure(
                "receiving engine, CPU of its threads a message",
                words(rounds, Passage::receiveMicros, " µs")));
      }
    }
  }

  /** Until all is heard that was published. */
  private static long pass(Publishing publishing, AtomicLong heard, Duration time) {
    var before = heard.get();
    var published = publishing.run(time);
    RedisDeployment.await("what was published is heard", () -> heard.get() - before >= published);
    if (heard.get() - before != published) {
      throw new IllegalStateException(
          published + " were published, " + (heard.get() - before) + " heard");
    }
    return published;
  }

  private static <T> String words(List<T> rounds, ToDoubleFunction<T> of, String unit) {
    return samples(rounds, of).words(unit);
  }

  private static <T> String thousands(List<T> rounds, ToDoubleFunction<T> of) {
    var samples = samples(rounds, of);
    return format("%,.0f (%,.0f–%,.0f)", samples.median(), samples.min(), samples.max());
  }

  private static <T> Samples samples(List<T> rounds, ToDoubleFunction<T> of) {
    return Samples.of(rounds.stream().map(round -> of.applyAsDouble(round)).toList());
  }
}
