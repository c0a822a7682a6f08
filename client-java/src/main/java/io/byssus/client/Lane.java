package io.byssus.client;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The one thread that owns a client's state, and its clock. Clients may share it: nothing on it
 * ever waits. Tasks run one after another in the order in which they were given; from the lane
 * itself too, {@link #execute} only queues.
 */
interface Lane extends Executor {
  /** As {@link System#nanoTime}. */
  long nanoTime();

  /** Runs {@code task} on the lane, unless it is cancelled before, from the lane. */
  Alarm schedule(Duration delay, Runnable task);

  /** Throws when the caller is not on the lane. */
  void check();

  /** Whether code of the program that runs now would hold up the lane. */
  boolean isHere();

  /** A task to come. */
  @FunctionalInterface
  interface Alarm {
    Alarm NONE = () -> {};

    void cancel();
  }
}
