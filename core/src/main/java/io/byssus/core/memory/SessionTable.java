package io.byssus.core.memory;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionStore.Orphan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All sessions: the living, and those whose time has passed and that nobody has swept yet.
 * Thread-safe: a step runs under the lock of its session's entry, must be short and calls nobody.
 */
final class SessionTable {
  /** Of all sessions, when some must go. */
  private static final int MOST_LOOKED_AT = 10_000;

  private final ConcurrentHashMap<String, SessionEntry> entries = new ConcurrentHashMap<>();
  private final SessionDeadlines deadlines;
  private final Budget sessions;
  private final Budget inboxes;

  /** Let go of for want of memory, and not told of yet. */
  private final Queue<Gone> letGo = new ConcurrentLinkedQueue<>();

  SessionTable(SessionDeadlines deadlines, Budgets budgets) {
    this.deadlines = deadlines;
    this.sessions = budgets.sessions();
    this.inboxes = budgets.inboxes();
  }

  /** Of all sessions together. */
  Budget inboxes() {
    return inboxes;
  }

  private void weigh(SessionEntry entry) {
    if (entry.removed) {
      return;
    }
    sessions.add(entry.weight() - entry.counted);
    inboxes.add(entry.inboxWeight() - entry.countedInbox);
    entry.counted = entry.weight();
    entry.countedInbox = entry.inboxWeight();
  }

  /** Answers what was there before, if its time had passed; nothing is made beside the living. */
  Optional<Gone> create(NewSession session, Owner owner) {
    var made = new SessionEntry(session, owner);
    var replaced = Optional.<Gone>empty();
    for (var there = put(made); there.isPresent(); there = put(made)) {
      var removed = removeIfPassed(there.get());
      if (removed.isPresent()) {
        replaced = removed;
      } else if (lives(there.get())) {
        return replaced;
      }
    }
    return replaced;
  }

  /** Puts the entry in and starts its time, unless another one is there. */
  private Optional<SessionEntry> put(SessionEntry made) {
    synchronized (made) { // nobody finds it before its time has started
      var there = Optional.ofNullable(entries.putIfAbsent(made.id, made));
      if (there.isEmpty()) {
        deadlines.start(made);
        weigh(made);
      }
      return there;
    }
  }

  private static boolean lives(SessionEntry entry) {
    synchronized (entry) {
      return !entry.removed;
    }
  }

  /** What {@code step} makes of the session; empty if there is none or its time has passed. */
  <T> Optional<T> living(String session, Function<SessionEntry, T> step) {
    var entry = entries.get(session);
    if (entry == null) {
      return Optional.empty();
    }
    synchronized (entry) {
      if (entry.removed || deadlines.passed(entry)) {
        return Optional.empty();
      }
      var made = step.apply(entry);
      weigh(entry);
      return Optional.of(made);
    }
  }

  /** What {@code step} makes of the session; empty if {@code lease} does not hold it. */
  <T> Optional<T> held(Lease lease, Function<SessionEntry, T> step) {
    return living(
            lease.session(),
            entry ->
                entry.state().heldUnder(lease)
                    ? Optional.of(step.apply(entry))
                    : Optional.<T>empty())
        .flatMap(Function.identity());
  }

  /** As {@link #held}, for a step that only writes. */
  Fence write(Lease lease, Consumer<SessionEntry> change) {
    return held(
            lease,
            entry -> {
              change.accept(entry);
              return Fence.HELD;
            })
        .orElse(Fence.LOST);
  }

  /** Starts the time to live of an entry anew. As or in a step. */
  void startTime(SessionEntry entry) {
    deadlines.start(entry);
  }

  /** Removes the entry. As or in a step. */
  Gone remove(SessionEntry entry) {
    entry.removed = true;
    sessions.add(-entry.counted);
    inboxes.add(-entry.countedInbox);
    deadlines.stop(entry);
    entries.remove(entry.id, entry);
    return entry.gone();
  }

  List<Gone> removePassed(int limit) {
    var gone = new ArrayList<Gone>();
    for (var next = letGo.poll(); next != null; next = letGo.poll()) {
      gone.add(next);
    }
    while (gone.size() < limit) {
      var entry = deadlines.takePassed();
      if (entry.isEmpty()) {
        break;
      }
      removeIfPassed(entry.get()).ifPresent(gone::add);
    }
    return gone;
  }

  private Optional<Gone> removeIfPassed(SessionEntry entry) {
    synchronized (entry) {
      // A renewal may have come between the list and this lock: then it is in the list again.
      return entry.removed || !deadlines.passed(entry)
          ? Optional.empty()
          : Optional.of(remove(entry));
    }
  }

  /**
   * Makes room for newcomers: of those whom nobody has, the ones go whose time would pass first,
   * and of these the ones without a user before the others.
   */
  void makeRoom(int limit) {
    if (!sessions.strained()) {
      return;
    }
    var detached = deadlines.earliest(MOST_LOOKED_AT, SessionEntry::detached);
    for (var users : new boolean[] {false, true}) {
      for (var entry : detached) {
        if (letGo.size() >= limit || !sessions.full()) {
          return;
        }
        if (entry.anonymous() != users) {
          letGo(entry);
        }
      }
    }
  }

  private void letGo(SessionEntry entry) {
    synchronized (entry) {
      if (!entry.removed && entry.detached()) {
        letGo.add(remove(entry));
        sessions.refused();
      }
    }
  }

  /** Looks at all of them, of those that {@code among} takes. */
  List<String> heldBy(Owner owner, Predicate<String> among) {
    var held = new ArrayList<String>();
    for (var entry : entries.values()) {
      if (among.test(entry.id)) {
        synchronized (entry) {
          if (entry.state().holder().filter(lease -> lease.owner().equals(owner)).isPresent()) {
            held.add(entry.id);
          }
        }
      }
    }
    return held;
  }

  /** Looks at all of them: the owner of a memory engine dies with it, except in tests. */
  List<Orphan> abandon(Owner dead, int limit) {
    var orphans = new ArrayList<Orphan>();
    for (var entry : entries.values()) {
      if (orphans.size() == limit) {
        break;
      }
      synchronized (entry) {
        var holder = entry.state().holder();
        if (!entry.removed
            && !deadlines.passed(entry)
            && holder.isPresent()
            && holder.get().owner().equals(dead)) {
          entry.release();
          deadlines.start(entry);
          orphans.add(new Orphan(holder.get(), entry.gone().channels()));
        }
      }
    }
    return orphans;
  }

  /** The ids of all that are remembered. */
  Set<String> ids() {
    return Set.copyOf(entries.keySet());
  }

  /** How many are remembered. */
  int size() {
    return entries.size();
  }
}
