package io.byssus.tests.bench;

import static io.byssus.tests.bench.RedisScenarios.format;

import io.byssus.redis.testing.RedisDeployment;
import io.byssus.tests.bench.ServerProcess.CpuTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** What many sessions ask of Redis: when they do nothing, and when their node dies. */
final class SessionFigures {
  private static final double IDLE_BAR = 500;

  /** Of an idle server, for each second of a round: what is due every 20 s must be seen. */
  private static final int IDLE_TIMES = 30;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(2);

  /** By then all is written anew. */
  private static final Duration HEALING = Duration.ofSeconds(20);

  private static final Pattern KEPT =
      Pattern.compile("\"session\":\"([^\"]+)\",\"resume\":\"([^\"]+)\"");

  private final Home home;
  private final Build build;
  private final RedisDeployment redis;
  private final Options options;
  private final Progress progress;

  SessionFigures(
      Home home, Build build, RedisDeployment redis, Options options, Progress progress) {
    this.home = home;
    this.build = build;
    this.redis = redis;
    this.options = options;
    this.progress = progress;
  }

  /** What idle sessions caused in so many seconds. */
  record Idle(double seconds, RedisCounters redis, CpuTime node) {}

  List<Figure> idle(RedisScenario scenario) throws IOException {
    var idle = measureIdle(scenario);
    var seconds = idle.seconds;
    return List.of(
        new Figure(
            format("%,d idle sessions, commands a second that the node sends", scenario.size()),
            format("%.1f", idle.redis.sent() / seconds),
            format("at most %.0f", IDLE_BAR)),
        new Figure(
            "commands a second that Redis counts, those within scripts included",
            format("%.1f", idle.redis.commands() / seconds),
            format("at most %.0f", IDLE_BAR)),
        new Figure(
            "CPU of Redis and of the node, in a second",
            format(
                "%.1f ms and %.1f ms",
                idle.redis.cpuMicros() / seconds / 1000, idle.node.total() / seconds / 1000)));
  }

  Idle measureIdle(RedisScenario scenario) throws IOException {
    try (var generator = new Generator();
        var node = node("n1")) {
      var sessions = generator.open(node.address(), scenario.size(), scenario.dialect()::idle);
      var time = options.time().multipliedBy(IDLE_TIMES);
      progress.say("%s: %d s of silence".formatted(scenario.name(), time.toSeconds()));
      sleep(options.time()); // what the last of them caused is done
      var nodeBefore = node.cpuTime();
      var before = counters();
      sleep(time);
      var used = counters().minus(before);
      var nodeUsed = node.cpuTime().minus(nodeBefore);
      checkAll(sessions);
      return new Idle(time.toMillis() / 1000.0, used, nodeUsed);
    }
  }

  /**
   * What it took until all sessions were back.
   *
   * @param node the CPU time of the one to which they came
   */
  record Resumed(
      int sessions, long connectedNs, long restoredNs, RedisCounters redis, CpuTime node) {
    private double each(long total) {
      return (double) total / sessions;
    }

    /** Of the node and of Redis, for each session. */
    double cpuMicros() {
      return each(redis.cpuMicros() + node.total());
    }
  }

  List<Figure> resume(RedisScenario scenario) throws IOException {
    var back = measureResume(scenario);
    return List.of(
        new Figure(
            format(
                "%,d sessions after kill -9 of their node, until the last connected",
                back.sessions),
            format("%.2f s", back.connectedNs / 1e9)),
        new Figure("until the last has its subscription", format("%.2f s", back.restoredNs / 1e9)),
        new Figure(
            "commands a session that the node sends; scripts among them",
            format("%.2f; %.2f", back.each(back.redis.sent()), back.each(back.redis.scripts()))),
        new Figure(
            "commands a session that Redis counts, those within scripts included",
            format("%.1f", back.each(back.redis.commands()))),
        new Figure(
            "CPU of Redis a session; of the node",
            format(
                "%.0f µs; %.0f µs",
                back.each(back.redis.cpuMicros()), back.each(back.node.total()))));
  }

  Resumed measureResume(RedisScenario scenario) throws IOException {
    try (var generator = new Generator();
        var dying = node("n1");
        var other = node("n2")) {
      warm(generator, other, scenario);
      var sessions = generator.open(dying.address(), scenario.size(), scenario.dialect()::idle);
      var openings = sessions.stream().map(client -> resuming(client.answers())).toList();
      progress.say("%s: killing a node".formatted(scenario.name()));
      dying.close();
      var before = counters();
      var nodeBefore = other.cpuTime();
      var startNs = System.nanoTime();
      var back = generator.open(other.address(), openings.size(), openings.size(), openings::get);
      var connectedNs = System.nanoTime() - startNs;
      awaitTexts(generator, back);
      var restoredNs = System.nanoTime() - startNs;
      var used = counters().minus(before);
      var nodeUsed = other.cpuTime().minus(nodeBefore);
      checkAll(back);
      return new Resumed(back.size(), connectedNs, restoredNs, used, nodeUsed);
    }
  }

  /** Two nodes have their sessions written anew, while others publish. */
  List<Figure> heal(RedisScenario scenario) throws IOException {
    try (var generator = new Generator();
        var one = node("n1");
        var two = node("n2")) {
      var half = scenario.size() / 2;
      var sessions = new ArrayList<>(generator.open(one.address(), half, scenario.dialect()::idle));
      sessions.addAll(generator.open(two.address(), half, scenario.dialect()::idle));
      var passing =
          PacedPublishing.open(
              generator, one.address(), two.address(), Dialect.Native.withoutHistory());
      progress.say("%s: warming up".formatted(scenario.name()));
      passing.run(options.warmUp());
      progress.say("%s: %d s of quiet".formatted(scenario.name(), HEALING.toSeconds()));
      var quiet = passing.run(HEALING);
      progress.say("%s: FLUSHALL".formatted(scenario.name()));
      redis.servers().getFirst().command("FLUSHALL");
      var healing = passing.run(HEALING);
      var back = redis.servers().getFirst().command("KEYS", "*:s:*").lines().count();
      checkAll(sessions);
      return List.of(
          new Figure(
              format("%,d sessions, from publish to delivery, p99, quiet", 2 * half),
              format("%.2f ms", quiet.getValueAtPercentile(99) / 1e6)),
          new Figure(
              format("p99 in the %d s behind a FLUSHALL", HEALING.toSeconds()),
              format("%.2f ms", healing.getValueAtPercentile(99) / 1e6)),
          new Figure(
              "ratio",
              format(
                  "%.2f",
                  (double) healing.getValueAtPercentile(99) / quiet.getValueAtPercentile(99)),
              "at most 3"),
          new Figure("sessions that are in Redis again then", format("%,d", back)));
    }
  }

  /** The node has met clients before, as any that has been up for a while. */
  private void warm(Generator generator, ServerProcess node, RedisScenario scenario) {
    progress.say("%s: warming up".formatted(scenario.name()));
    try (var come = new Arrivals(generator, node.address(), scenario.dialect().newcomer(), 32)) {
      come.run(options.warmUp());
    }
    var first =
        generator.open(node.address(), 200, i -> scenario.dialect().idle(scenario.size() + i));
    var again = first.stream().map(client -> resuming(client.answers())).toList();
    generator.reset(generator.open(node.address(), again.size(), again::get));
  }

  private static Opening resuming(List<String> answers) {
    var kept = KEPT.matcher(answers.getFirst());
    if (!kept.find()) {
      throw new IllegalStateException("no session: " + answers.getFirst());
    }
    return new Opening(
        "/ws",
        List.of(
            "{\"type\":\"connect\",\"id\":1,\"session\":\"%s\",\"resume\":\"%s\"}"
                .formatted(kept.group(1), kept.group(2))));
  }

  /** Each has heard of its one subscription. */
  private static void awaitTexts(Generator generator, List<Client> clients) {
    generator.call(
        PATIENCE,
        () -> {
          var done = new CompletableFuture<Void>();
          var look =
              generator.every(
                  LOOK,
                  () -> {
                    if (clients.stream().allMatch(client -> client.texts() > 0)) {
                      done.complete(null);
                    }
                  });
          return done.whenComplete((_, _) -> look.cancel(false));
        });
  }

  private static void checkAll(List<Client> clients) throws IOException {
    var lost = clients.stream().filter(client -> !client.ending().isEmpty()).toList();
    if (!lost.isEmpty()) {
      throw new IOException(lost.size() + " clients were lost: " + lost.getFirst().ending());
    }
  }

  private RedisCounters counters() {
    return RedisCounters.of(redis.servers().getFirst());
  }

  private ServerProcess node(String name) throws IOException {
    return ServerProcess.node(home, build, name, redis.address(), options.settings());
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
