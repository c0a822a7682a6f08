package io.byssus.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** {@code ./byssus bench}: runs the scenarios, prints the table and keeps it. */
public final class Bench {
  private static final int WRONG_COMMAND_LINE = 64;

  private final Home home;
  private final Options options;
  private final Progress progress = new Progress();

  private Bench(Home home, Options options) {
    this.home = home;
    this.options = options;
  }

  public static void main(String[] args) throws IOException {
    var arguments = List.of(args);
    if (arguments.contains("--help")) {
      System.out.print(Options.USAGE);
      return;
    }
    try {
      var home = new Home(Path.of(System.getProperty("byssus.home", "..")));
      System.exit(new Bench(home, Options.parse(arguments)).run() ? 0 : 1);
    } catch (IllegalArgumentException e) {
      System.err.println("byssus bench: " + e.getMessage() + "\n\n" + Options.USAGE);
      System.exit(WRONG_COMMAND_LINE);
    }
  }

  /** True if every scenario came to its end; a missed bar is no failure. */
  private boolean run() throws IOException {
    if (options.against().isPresent()) {
      return compare(options.against().get());
    }
    var report = new Report(options, home.jvmFlags());
    var complete = true;
    for (var scenario : options.scenarios()) {
      try {
        var row = measure(scenario, report);
        progress.clear();
        System.err.println(row);
      } catch (IOException | RuntimeException e) {
        progress.clear();
        System.err.println(scenario.name() + " failed");
        e.printStackTrace();
        report.failed(scenario, e);
        complete = false;
      }
    }
    var redis = new RedisReport(options);
    for (var scenario : options.redis()) {
      try {
        redis.add(scenario, new RedisScenarios(home, options, progress).of(scenario));
      } catch (IOException | RuntimeException e) {
        progress.clear();
        System.err.println(scenario.name() + " failed");
        e.printStackTrace();
        redis.failed(scenario, e);
        complete = false;
      }
    }
    progress.clear();
    keep(
        (options.scenarios().isEmpty() ? "" : report.markdown())
            + (options.redis().isEmpty() ? "" : redis.markdown()));
    return complete;
  }

  /** True if every scenario came to its end and no row is surely worse. */
  private boolean compare(Build other) throws IOException {
    var versus = new Versus(home, other, options, progress);
    var held = true;
    for (var scenario : options.scenarios()) {
      held &= row(versus, scenario.name(), () -> versus.of(scenario));
    }
    for (var scenario : options.redis()) {
      held &= row(versus, scenario.name(), () -> versus.of(scenario));
    }
    progress.clear();
    keep(versus.markdown());
    return held;
  }

  private interface Measuring {
    Versus.Row measured() throws IOException;
  }

  private boolean row(Versus versus, String scenario, Measuring measuring) {
    try {
      var row = measuring.measured();
      progress.clear();
      System.err.println(versus.add(row));
      return !row.worse();
    } catch (IOException | RuntimeException e) {
      progress.clear();
      System.err.println(scenario + " failed");
      e.printStackTrace();
      versus.failed(scenario, e);
      return false;
    }
  }

  private void keep(String markdown) throws IOException {
    System.out.println(markdown);
    var now = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
    var file = home.output().resolve("bench-" + now + ".md");
    Files.writeString(file, markdown);
    System.err.println("kept in " + file.normalize());
  }

  private String measure(Scenario scenario, Report report) throws IOException {
    return switch (scenario.kind()) {
      case HEAP -> report.add(new IdleHeap(home, options, progress).of(scenario));
      case FANOUT, BURST, ECHO, CONNECT ->
          report.add(new Comparison(home, options, progress).of(scenario));
    };
  }
}
