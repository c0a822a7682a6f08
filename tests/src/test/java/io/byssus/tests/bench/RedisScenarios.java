package io.byssus.tests.bench;

import io.byssus.redis.testing.RedisDeployment;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Runs the scenarios with Redis, each on a Redis of its own. */
final class RedisScenarios {
  private final Home home;
  private final Options options;
  private final Progress progress;

  RedisScenarios(Home home, Options options, Progress progress) {
    this.home = home;
    this.options = options;
    this.progress = progress;
  }

  List<Figure> of(RedisScenario scenario) throws IOException {
    progress.say(scenario.name());
    try (var redis = RedisDeployment.standalone()) {
      var engines = new EngineFigures(redis, options, progress);
      var nodes = new NodeFigures(home, redis, options, progress);
      var sessions = new SessionFigures(home, Build.here(home), redis, options, progress);
      return switch (scenario.kind()) {
        case PUBLISH -> engines.publish();
        case RECEIVE -> engines.receive();
        case LATENCY -> nodes.latency();
        case FANOUT -> nodes.fanout(scenario, 1);
        case BURST -> nodes.fanout(scenario, Scenario.BURST);
        case RESUME -> sessions.resume(scenario);
        case IDLE -> sessions.idle(scenario);
        case HEAL -> sessions.heal(scenario);
      };
    }
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
