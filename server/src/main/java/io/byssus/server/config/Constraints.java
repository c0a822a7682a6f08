package io.byssus.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Collects what does not hold between keys. A value with a problem of its own is not held against
 * others.
 */
public final class Constraints {
  private final Map<String, RawValue> written;
  private final Set<String> wrongAlready;
  private final List<Problem> problems = new ArrayList<>();

  /**
   * @param written what was given, to tell where
   * @param known what is wrong already
   */
  Constraints(Map<String, RawValue> written, List<Problem> known) {
    this.written = written;
    this.wrongAlready = known.stream().map(Problem::path).collect(Collectors.toSet());
  }

  List<Problem> problems() {
    return problems;
  }

  /** Reports {@code message} at the first of {@code paths}, which are the keys that it is about. */
  public void require(boolean holds, String message, String... paths) {
    if (holds || Stream.of(paths).anyMatch(wrongAlready::contains)) {
      return;
    }
    var first = Stream.of(paths).map(written::get).filter(value -> value != null).findFirst();
    problems.add(new Problem(paths[0], first.map(RawValue::where).orElse("default"), message));
  }

  /** Reports what {@code check} says is wrong. */
  public void holds(Runnable check, String... paths) {
    if (Stream.of(paths).noneMatch(wrongAlready::contains)) {
      try {
        check.run();
      } catch (IllegalArgumentException e) {
        require(false, String.valueOf(e.getMessage()), paths);
      }
    }
  }

  public void atMost(String path, Duration value, String boundPath, Duration bound) {
    require(
        value.compareTo(bound) <= 0,
        Durations.show(value)
            + " is longer than "
            + boundPath
            + ", which is "
            + Durations.show(bound),
        path,
        boundPath);
  }
}
