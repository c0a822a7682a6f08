package io.byssus.tests.bench;

import java.util.ArrayList;
import java.util.List;

/** The table of the scenarios with Redis. */
final class RedisReport {
  private final Options options;
  private final String loadBefore = Machine.loadAverage();
  private final List<String> rows = new ArrayList<>();

  RedisReport(Options options) {
    this.options = options;
  }

  void add(RedisScenario scenario, List<Figure> figures) {
    for (var figure : figures) {
      row(scenario.name(), figure.what(), figure.measured(), figure.bar());
    }
  }

  void failed(RedisScenario scenario, Exception failure) {
    row(scenario.name(), "failed", failure.getMessage(), "");
  }

  private void row(String... cells) {
    var row = "| " + String.join(" | ", cells) + " |";
    System.err.println(row);
    rows.add(row);
  }

  String markdown() {
    return """
    # Byssus on Redis

    - %s
    - load average before %s, after %s (over 1, 5 and 15 minutes)
    - %d rounds of %.1f s, in turns where two things are compared; Redis without persistence and without replicas
    - Byssus: %s

    Median and range of the rounds. CPU time is user and system.

    | scenario | what | measured | bar |
    | --- | --- | --- | --- |
    %s
    """
        .formatted(
            Machine.facts(),
            loadBefore,
            Machine.loadAverage(),
            options.rounds(),
            options.time().toMillis() / 1000.0,
            options.settings().isEmpty()
                ? "default settings"
                : String.join(" ", options.settings()),
            String.join("\n", rows));
  }
}
