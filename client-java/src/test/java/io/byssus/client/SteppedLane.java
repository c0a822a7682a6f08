package io.byssus.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A lane whose time stands still until a test moves it; runs on the thread of the test. */
final class SteppedLane implements Lane {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<Ringing> alarms = new ArrayList<>();
  private long nowNs = 1_000;
  private boolean running;

  private record Ringing(long atNs, Runnable task) {}

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Alarm schedule(Duration delay, Runnable task) {
    var alarm = new Ringing(nowNs + delay.toNanos(), task);
    alarms.add(alarm);
    return () -> alarms.removeIf(other -> other == alarm);
  }

  @Override
  public long nanoTime() {
    return nowNs;
  }

  @Override
  public void check() {
    if (!running) {
      throw new IllegalStateException("not on the lane");
    }
  }

  /** A test runs the program's code where it likes. */
  @Override
  public boolean isHere() {
    return false;
  }

  /** Does all that can be done now. */
  void settle() {
    running = true;
    try {
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
    } finally {
      running = false;
    }
  }

  /** Lets time pass, and does what falls due on the way, each at its moment. */
  void advance(Duration duration) {
    var untilNs = nowNs + duration.toNanos();
    settle();
    for (var next = next(untilNs); next != null; next = next(untilNs)) {
      alarms.remove(next);
      nowNs = Math.max(nowNs, next.atNs());
      tasks.add(next.task());
      settle();
    }
    nowNs = untilNs;
  }

  private Ringing next(long untilNs) {
    return alarms.stream()
        .filter(alarm -> alarm.atNs() <= untilNs)
        .min(Comparator.comparingLong(Ringing::atNs))
        .orElse(null);
  }
}
