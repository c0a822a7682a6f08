package io.byssus.tests.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table, and below it what it was made from. */
final class Report {
  private final Options options;
  private final List<String> flags;
  private final String loadBefore = Machine.loadAverage();
  private final List<String> rows = new ArrayList<>();
  private final StringBuilder details = new StringBuilder();

  Report(Options options, List<String> flags) {
    this.options = options;
    this.flags = flags;
  }

  /** The new row. */
  String add(Comparison.Result result) {
    var scenario = result.scenario();
    var rounds = result.rounds();
    var ours = Samples.of(rounds.stream().map(round -> round.ours().cpuMicros()).toList());
    var theirs = Samples.of(rounds.stream().map(round -> round.theirs().cpuMicros()).toList());
    var ratio = Samples.of(rounds.stream().map(Comparison.Round::ratio).toList());
    details.append("\n### ").append(scenario.name()).append("\n\n");
    details.append(
        "| round | Byssus µs | user + system | per second | Netty µs | user + system | per second"
            + " | ratio |\n| --: | --: | --: | --: | --: | --: | --: | --: |\n");
    for (var i = 0; i < rounds.size(); i++) {
      var round = rounds.get(i);
      details.append(
          format(
              "| %d | %s | %s | %.2f |%n",
              i + 1, words(round.ours()), words(round.theirs()), round.ratio()));
    }
    details.append(result.hotFrames());
    return row(
        scenario,
        ours.words(" µs"),
        theirs.words(" µs"),
        ratio.words(""),
        format("%.1f ×", scenario.bar()),
        ratio.median() / scenario.bar());
  }

  private static String words(Comparison.Sample sample) {
    return format(
        "%.2f | %.2f + %.2f | %,.0f",
        sample.cpuMicros(), sample.userMicros(), sample.systemMicros(), sample.perSecond());
  }

  String add(IdleHeap.Result result) {
    var scenario = result.scenario();
    var ours = result.byssus();
    var theirs = result.netty();
    details.append("\n### ").append(scenario.name()).append("\n\n");
    details.append(
        format(
            "Resident memory of the process grew by %,.0f bytes a client (Netty: %,.0f).%n%n",
            ours.rss(), theirs.rss()));
    details.append("Byssus:\n\n").append(ours.classes());
    details.append("\nMinimal Netty:\n\n").append(theirs.classes());
    return row(
        scenario,
        format("%,.0f B", ours.bytes()),
        format("%,.0f B", theirs.bytes()),
        format("%.2f", ours.bytes() / theirs.bytes()),
        format("%,.0f B", scenario.bar()),
        ours.bytes() / scenario.bar());
  }

  /**
   * @param used of what the bar allows; 1 is all of it
   */
  private String row(
      Scenario scenario, String ours, String theirs, String ratio, String bar, double used) {
    var verdict = used <= 1 ? "held" : format("missed by %.0f %%", (used - 1) * 100);
    var row =
        "| "
            + String.join(
                " | ", scenario.name(), scenario.words(), ours, theirs, ratio, bar, verdict)
            + " |";
    rows.add(row);
    return row;
  }

  void failed(Scenario scenario, Exception failure) {
    rows.add(
        "| "
            + scenario.name()
            + " | "
            + scenario.words()
            + " | failed: "
            + failure.getMessage()
            + " | | | | |");
  }

  String markdown() {
    return """
    # Byssus beside minimal Netty

    - %s
    - load average before %s, after %s (over 1, 5 and 15 minutes)
    - JVM of both servers: `%s`
    - Byssus: %s
    - %d rounds of %s on each server, in turns, after %s of warm-up; messages of %d bytes

    CPU time (user and system) of the server process for each delivered message, echo or client: median and range of
    the rounds. The ratio is the median of the ratios within each round.

    | scenario | work | Byssus | minimal Netty | ratio | at most | |
    | --- | --- | --- | --- | --- | --- | --- |
    %s
    %s\
    """
        .formatted(
            Machine.facts(),
            loadBefore,
            Machine.loadAverage(),
            String.join(" ", flags),
            byssus(),
            options.rounds(),
            seconds(options.time()),
            seconds(options.warmUp()),
            Dialect.MESSAGE_BYTES,
            String.join("\n", rows),
            details);
  }

  private String byssus() {
    if (options.itself()) {
      return "not run; minimal Netty is compared with itself";
    }
    return options.settings().isEmpty() ? "default settings" : String.join(" ", options.settings());
  }

  private static String seconds(Duration time) {
    return format("%.1f s", time.toMillis() / 1000.0);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
