package io.byssus.transport;

import io.byssus.core.Budget;
import io.byssus.core.lane.Lane;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The sockets of one event loop that hold memory now: what their peers have not taken, and what has
 * not come in as a whole. Most hold none, and are not here. When all event loops together hold more
 * than they may, those go that hold the most. Confined to its event loop.
 *
 * <p>An event loop knows only its own. So each shows the largest that it has, and lets go of none
 * that is less than half as large as the largest of all.
 */
final class Holders {
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Lane lane;
  private final Budget sending;
  private final List<Holders> all;
  private final Map<Holder, Holder> holding = new IdentityHashMap<>();
  private boolean due;
  private volatile long largest;

  /**
   * @param all those of the other event loops too, this one among them
   */
  Holders(Lane lane, Budget sending, List<Holders> all) {
    this.lane = lane;
    this.sending = sending;
    this.all = all;
  }

  /** Looks now and then from here on. From any thread. */
  void start() {
    lane.execute(() -> lane.every(LOOK_NS, this::look));
  }

  /** One holds another amount than before. */
  void changed(Holder holder, long before, long now) {
    lane.check();
    sending.add(now - before);
    if (before == 0) {
      holding.put(holder, holder);
    } else if (now == 0) {
      holding.remove(holder);
    }
    if (now > before && sending.exceeded()) {
      relieveSoon();
    }
  }

  /** A peer may have taken some without our being told. */
  private void look() {
    if (sending.taken() > sending.max() / 2) {
      List.copyOf(holding.keySet()).forEach(Holder::weigh);
    }
    if (sending.exceeded()) {
      relieve();
    }
  }

  private void relieveSoon() {
    if (!due) {
      due = true;
      lane.execute(this::relieve);
    }
  }

  private void relieve() {
    due = false;
    List.copyOf(holding.keySet()).forEach(Holder::weigh);
    var inOrder = new ArrayList<>(holding.keySet());
    inOrder.sort(Comparator.comparingLong(Holder::holds).reversed());
    largest = inOrder.isEmpty() ? 0 : inOrder.getFirst().holds();
    if (!sending.exceeded()) {
      return;
    }
    var least = all.stream().mapToLong(each -> each.largest).max().orElse(0) / 2;
    for (var holder : inOrder) {
      if (!sending.full() || holder.holds() < least) {
        break;
      }
      sending.refused();
      lane.attempt(holder::letGo);
    }
    largest = holding.keySet().stream().mapToLong(Holder::holds).max().orElse(0);
    if (sending.exceeded()) {
      all.stream().filter(other -> other != this && other.largest > largest).forEach(Holders::ask);
    }
  }

  private void ask() {
    lane.execute(this::relieveSoon);
  }
}
