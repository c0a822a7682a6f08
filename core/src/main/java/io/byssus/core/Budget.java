package io.byssus.core;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * How many bytes of one kind a node holds for all its clients together, and how many it may. Those
 * who hold some say so as it changes; whoever wants more asks first, and does without when it is
 * told no. Thread-safe: one number that all lanes share.
 *
 * <p>It counts what is asked for and not what the machine has taken for it. So it may also be told
 * how to look whether memory is short in fact: bytes that many connections share are counted for
 * each of them, and harm nobody as long as there is room.
 *
 * <p>One holder gets a part of what is left, and no more: with each that takes its part, the next
 * part is smaller, and something is always left for one who comes late (the dynamic thresholds of
 * Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998).
 */
public final class Budget {
  /** Newcomers are refused while less than this part is left: it is for those who are here. */
  private static final int RESERVE = 8;

  /** One holder may have this part of what is left. */
  private static final int SHARE = 4;

  private final String name;
  private final long max;
  private final BooleanSupplier tight;
  private final NodeObserver observer;
  private final AtomicLong taken = new AtomicLong();

  /** Without a bound. */
  public static Budget unbounded(String name) {
    return new Budget(name, Long.MAX_VALUE / 2, NodeObserver.NONE, () -> true);
  }

  public Budget(String name, long max, NodeObserver observer) {
    this(name, max, observer, () -> true);
  }

  /**
   * @param observer hears of each refusal, with {@code name}
   * @param tight whether memory is short in fact; asked only when more is taken than may be
   */
  public Budget(String name, long max, NodeObserver observer, BooleanSupplier tight) {
    if (max <= 0) {
      throw new IllegalArgumentException("a budget of nothing: " + name);
    }
    this.name = name;
    this.max = max;
    this.observer = observer;
    this.tight = tight;
  }

  public String name() {
    return name;
  }

  public long max() {
    return max;
  }

  /** In bytes; may be a bit more than {@link #max}. */
  public long taken() {
    return taken.get();
  }

  /** So many bytes more are held; or less. */
  public void add(long bytes) {
    if (bytes != 0) {
      taken.addAndGet(bytes);
    }
  }

  /** Whether {@code bytes} more may be held. */
  public boolean offers(long bytes) {
    return taken.get() + bytes <= max || !tight.getAsBoolean();
  }

  /** As {@link #offers}, for one who is not here yet. */
  public boolean offersNewcomer(long bytes) {
    return offers(bytes + max / RESERVE);
  }

  /** Most that one holder may have, in bytes. */
  public long share() {
    var left = max - taken.get();
    if (left >= max / 2) {
      return max / SHARE / 2; // plenty: the same for all
    }
    return left > 0 || tight.getAsBoolean() ? Math.max(0, left / SHARE) : max / SHARE / 2;
  }

  /** More is held than may be: somebody has to let go. */
  public boolean exceeded() {
    return taken.get() > max && tight.getAsBoolean();
  }

  /** Newcomers are refused, or will be soon: who can, lets go of what nobody uses now. */
  public boolean strained() {
    return !offersNewcomer(max / 64);
  }

  /** More than what is left when somebody had to let go, so that it is not needed again at once. */
  public boolean full() {
    return taken.get() > max - max / SHARE && tight.getAsBoolean();
  }

  /** Somebody was refused, or had to let go, for want of it. */
  public void refused() {
    observer.memoryShort(name);
  }
}
