package io.byssus.core.testing;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/**
 * Several lanes in one thread, with one clock that stands still until it is moved. Each step runs
 * one turn of one lane that has work; which one is up to the seed, so that whatever order the
 * threads of a real node could take is taken by some seed.
 */
public final class SteppedLanes implements Ticker {
  private final RandomGenerator random;
  private final List<Stepped> lanes = new ArrayList<>();
  private final PriorityQueue<Due> timers = new PriorityQueue<>();
  private long now = 1_000_000_000L;
  private long timersMade;
  private Stepped running;

  public SteppedLanes(int count, RandomGenerator random) {
    this.random = random;
    for (int i = 0; i < count; i++) {
      lanes.add(new Stepped("lane-" + i));
    }
  }

  public RandomGenerator random() {
    return random;
  }

  public Lanes lanes() {
    return new Lanes(List.copyOf(lanes));
  }

  public Lane lane(int index) {
    return lanes.get(index);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  /** Runs one turn of a lane picked by the seed. False when no lane has work. */
  public boolean step() {
    var busy = lanes.stream().filter(lane -> !lane.tasks.isEmpty()).toList();
    if (busy.isEmpty()) {
      return false;
    }
    busy.get(random.nextInt(busy.size())).turn();
    return true;
  }

  /** Steps until no lane has work; the clock stands. */
  public void settle() {
    for (int steps = 0; step(); steps++) {
      if (steps > 1_000_000) {
        throw new AssertionError("the lanes do not come to rest");
      }
    }
  }

  /** Moves the clock on, running whatever falls due on the way. */
  public void advance(Duration time) {
    var until = now + time.toNanos();
    settle();
    while (!timers.isEmpty() && timers.peek().at - until <= 0) {
      now = Math.max(now, timers.peek().at);
      fireDue();
      settle();
    }
    now = until;
  }

  /** Moves the clock on with nothing running meanwhile, as when the process is stopped. */
  public void stall(Duration time) {
    now += time.toNanos();
    fireDue();
    settle();
  }

  private void fireDue() {
    while (!timers.isEmpty() && timers.peek().at - now <= 0) {
      var due = timers.poll();
      if (!due.cancelled) {
        due.lane.execute(due.task);
      }
    }
  }

  /** Calls {@code action} as if on {@code lane}. */
  public void on(Lane lane, Runnable action) {
    lane.execute(action);
    settle();
  }

  private static final class Due implements Comparable<Due>, Lane.Timer {
    private final long at;
    private final long made;
    private final Stepped lane;
    private final Runnable task;
    private boolean cancelled;

    Due(long at, long made, Stepped lane, Runnable task) {
      this.at = at;
      this.made = made;
      this.lane = lane;
      this.task = task;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Due other) {
      var byTime = Long.compare(at - other.at, 0);
      return byTime != 0 ? byTime : Long.compare(made, other.made);
    }
  }

  private final class Stepped implements Lane {
    private static final int TASKS_A_TURN = 4;

    private final String name;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Runnable> afterTurn = new ArrayDeque<>();

    Stepped(String name) {
      this.name = name;
    }

    private void turn() {
      var outer = running;
      running = this;
      try {
        for (int left = 1 + random.nextInt(TASKS_A_TURN); left > 0 && !tasks.isEmpty(); left--) {
          tasks.poll().run();
        }
        while (!afterTurn.isEmpty()) {
          afterTurn.poll().run();
        }
      } finally {
        running = outer;
      }
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public void afterTurn(Runnable task) {
      check();
      afterTurn.add(task);
    }

    @Override
    public Timer schedule(long delayNs, Runnable task) {
      check();
      var due = new Due(now + delayNs, timersMade++, this, task);
      timers.add(due);
      return due;
    }

    @Override
    public boolean inLane() {
      return running == this;
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
