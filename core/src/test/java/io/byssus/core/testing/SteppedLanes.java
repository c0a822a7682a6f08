package io.byssus.core.testing;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.lane.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Several lanes in one thread, with one clock that stands still until it is moved. Each step runs
 * one turn of one lane that has work; which one is up to the seed, so that whatever order the
 * threads of a real node could take is taken by some seed.
 *
 * <p>A task that throws ends alone, as on a real lane, and makes the step fail unless the test has
 * said that it {@linkplain #expectFailures expects} that.
 */
public final class SteppedLanes implements Ticker {
  private final RandomGenerator random;
  private final Clock clock;
  private final List<Stepped> lanes = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private Consumer<Throwable> failed = failures::add;
  private boolean dead;
  private boolean paused;
  private int ticking;
  private boolean failuresExpected;

  public SteppedLanes(int count, RandomGenerator random) {
    this(count, random, new Clock());
  }

  private SteppedLanes(int count, RandomGenerator random, Clock clock) {
    this.random = random;
    this.clock = clock;
    for (int i = 0; i < count; i++) {
      lanes.add(new Stepped("lane-" + i));
    }
    clock.all.add(this);
  }

  /** What lanes of one or more nodes share: time, and who is running. */
  private static final class Clock {
    final List<SteppedLanes> all = new ArrayList<>();
    final List<Stepped> busy = new ArrayList<>();
    final PriorityQueue<Due> timers = new PriorityQueue<>();
    long now = 1_000_000_000L;
    long timersMade;
    @Nullable Stepped running;
  }

  /** The lanes of another node, on the same clock: whoever steps these steps those too. */
  public SteppedLanes others(int count) {
    return new SteppedLanes(count, random, clock);
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
    return clock.now;
  }

  /**
   * From here on {@code hears} is told what a task throws; until then the step fails in which one
   * has thrown.
   */
  public void onFailure(Consumer<Throwable> hears) {
    failed = hears;
  }

  /** The process is killed: nothing of these lanes runs from here on. */
  public void kill() {
    dead = true;
    clock.all.remove(this);
    lanes.forEach(lane -> {
      lane.tasks.clear();
      lane.afterTurn.clear();
    });
  }

  /** From here on nothing of these lanes runs, until it goes on. */
  public void pause(boolean on) {
    paused = on;
  }

  public boolean paused() {
    return paused;
  }

  /** How many timers of these lanes wait. */
  public int timers() {
    return ticking;
  }

  /** From here on the lanes go on when a task has thrown, and keep what it threw. */
  public void expectFailures() {
    failuresExpected = true;
  }

  /** What tasks have thrown since the last time. */
  public List<Throwable> takeFailures() {
    var taken = List.copyOf(failures);
    failures.clear();
    return taken;
  }

  /** From here on nothing that is put after a turn of this lane runs any more. */
  public void stopTurns(int lane) {
    lanes.get(lane).turnsEnd = false;
  }

  /** Runs one turn of a lane picked by the seed. False when no lane has work. */
  public boolean step() {
    var busy = busy();
    if (busy.isEmpty()) {
      return false;
    }
    busy.get(random.nextInt(busy.size())).turn();
    if (!failuresExpected && !failures.isEmpty()) {
      var thrown = takeFailures();
      var error = new AssertionError("a task of a lane has thrown", thrown.getFirst());
      thrown.stream().skip(1).forEach(error::addSuppressed);
      throw error;
    }
    return true;
  }

  /** No stream: this is what most of a simulation's time would go into. */
  private List<Stepped> busy() {
    var busy = clock.busy;
    busy.clear();
    for (var each : clock.all) {
      for (var lane : each.lanes) {
        if (lane.busy()) {
          busy.add(lane);
        }
      }
    }
    return busy;
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
    var until = clock.now + time.toNanos();
    settle();
    while (!clock.timers.isEmpty() && clock.timers.peek().at - until <= 0) {
      clock.now = Math.max(clock.now, clock.timers.peek().at);
      fireDue();
      settle();
    }
    clock.now = until;
  }

  /** Moves the clock on with nothing running meanwhile, as when the process is stopped. */
  public void stall(Duration time) {
    clock.now += time.toNanos();
    fireDue();
    settle();
  }

  private void fireDue() {
    while (!clock.timers.isEmpty() && clock.timers.peek().at - clock.now <= 0) {
      clock.timers.poll().fire();
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
    private boolean over;

    Due(long at, long made, Stepped lane, Runnable task) {
      this.at = at;
      this.made = made;
      this.lane = lane;
      this.task = task;
      lane.waits(1);
    }

    @Override
    public void cancel() {
      if (!over) {
        over = true;
        lane.waits(-1);
      }
    }

    private void fire() {
      if (!over) {
        cancel();
        lane.execute(task);
      }
    }

    @Override
    public int compareTo(Due other) {
      var byTime = Long.compare(at - other.at, 0);
      return byTime != 0 ? byTime : Long.compare(made, other.made);
    }
  }

  private static final class Periodic implements Lane.Timer {
    private final Stepped lane;
    private final long periodNs;
    private final Runnable task;
    private Lane.Timer next;

    Periodic(Stepped lane, long periodNs, Runnable task) {
      this.lane = lane;
      this.periodNs = periodNs;
      this.task = task;
      next = lane.schedule(periodNs, this::run);
    }

    private void run() {
      next = lane.schedule(periodNs, this::run);
      lane.attempt(task);
    }

    @Override
    public void cancel() {
      next.cancel();
    }
  }

  private final class Stepped implements Lane {
    private static final int TASKS_A_TURN = 4;

    private final String name;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Runnable> afterTurn = new ArrayDeque<>();
    private boolean turnsEnd = true;

    Stepped(String name) {
      this.name = name;
    }

    private boolean busy() {
      return !paused && !tasks.isEmpty();
    }

    private void waits(int more) {
      ticking += more;
    }

    private void turn() {
      var outer = clock.running;
      clock.running = this;
      try {
        for (int left = 1 + random.nextInt(TASKS_A_TURN); left > 0 && !tasks.isEmpty(); left--) {
          attempt(tasks.poll());
        }
        while (turnsEnd && !afterTurn.isEmpty()) {
          attempt(afterTurn.poll());
        }
      } finally {
        clock.running = outer;
      }
    }

    @Override
    public void execute(Runnable task) {
      if (!dead) {
        tasks.add(task);
      }
    }

    @Override
    public void afterTurn(Runnable task) {
      check();
      afterTurn.add(task);
    }

    @Override
    public Timer schedule(long delayNs, Runnable task) {
      check();
      var due = new Due(clock.now + delayNs, clock.timersMade++, this, task);
      clock.timers.add(due);
      return due;
    }

    @Override
    public Timer every(long periodNs, Runnable task) {
      return new Periodic(this, periodNs, task);
    }

    @Override
    public boolean inLane() {
      return clock.running == this;
    }

    @Override
    public void failed(Throwable failure) {
      failed.accept(failure);
    }

    @Override
    public long nanoTime() {
      return clock.now;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
