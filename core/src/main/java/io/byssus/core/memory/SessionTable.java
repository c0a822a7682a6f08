package io.byssus.core.memory;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionState;
import io.byssus.core.session.SessionStore.Created;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.SessionStore.Orphan;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.Tombstone;
import io.byssus.core.session.Tombstones;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All sessions: the living, and those whose time has passed and that nobody has swept yet.
 * Thread-safe: a step runs under the lock of its session's entry, must be short and calls nobody.
 */
final class SessionTable {
  /** Of all sessions, when some must go. */
  private static final int MOST_LOOKED_AT = 10_000;

  private final Parts<SessionEntry> entries = new Parts<>();
  private final SessionDeadlines deadlines;
  private final Tombstones tombstones;
  private final Budget sessions;
  private final Budget inboxes;

  /** Let go of for want of memory, and not told of yet. */
  private final Queue<Gone> letGo = new ConcurrentLinkedQueue<>();

  SessionTable(SessionDeadlines deadlines, Tombstones tombstones, Budgets budgets) {
    this.deadlines = deadlines;
    this.tombstones = tombstones;
    this.sessions = budgets.sessions();
    this.inboxes = budgets.inboxes();
  }

  /** Of all sessions together. */
  Budget inboxes() {
    return inboxes;
  }

  private @Nullable SessionEntry entry(String session) {
    return entries.of(session).get(session);
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
  Created create(NewSession session, Owner owner) {
    var lease = new Lease(session.id(), owner, tombstones.termOf(session.id()) + 1);
    var made = new SessionEntry(session, lease);
    var replaced = Optional.<Gone>empty();
    for (var there = put(made); there.isPresent(); there = put(made)) {
      var removed = removeIfPassed(there.get());
      if (removed.isPresent()) {
        replaced = removed;
      } else if (lives(there.get())) {
        break;
      }
    }
    return new Created(lease, replaced);
  }

  /** As {@link io.byssus.core.session.SessionStore#restore}. */
  Fence restore(Lease lease, StoredSession known, long sent, boolean unread) {
    var made = new SessionEntry(lease, known, unread ? sent + InboxStore.LEAP : sent);
    while (true) {
      if (tombstones.termOf(lease.session()) >= lease.term()) {
        return Fence.LOST;
      }
      var there = put(made);
      if (there.isEmpty()) {
        return Fence.HELD;
      }
      var entry = there.get();
      synchronized (entry) {
        if (!entry.removed) {
          var state = entry.state();
          if (!state.heldUnder(lease) && !state.olderThan(lease) && !state.awaits(lease)) {
            return Fence.LOST;
          }
          entry.restore(lease, known, sent);
          weigh(entry);
          deadlines.start(entry);
          return Fence.HELD;
        }
      }
    }
  }

  /** What a renewal finds. */
  enum Found {
    HELD,
    REGAINED,
    FORGOTTEN,
    LOST
  }

  Found renew(Lease lease) {
    var entry = entry(lease.session());
    if (entry != null) {
      synchronized (entry) {
        if (!entry.removed) {
          return renew(entry, lease);
        }
      }
    }
    return absent(lease);
  }

  private Found renew(SessionEntry entry, Lease lease) {
    var found = Found.HELD;
    if (entry.state().awaits(lease)) {
      entry.regain();
      found = Found.REGAINED;
    } else if (!entry.state().heldUnder(lease)) {
      return entry.state().olderThan(lease) ? absent(lease) : Found.LOST;
    }
    deadlines.start(entry);
    return found;
  }

  private Found absent(Lease lease) {
    return tombstones.termOf(lease.session()) < lease.term() ? Found.FORGOTTEN : Found.LOST;
  }

  Optional<Gone> bury(Tombstone stone) {
    tombstones.add(stone);
    var entry = entry(stone.session());
    if (entry == null) {
      return Optional.empty();
    }
    synchronized (entry) {
      return entry.removed || entry.state().newest().term() > stone.term()
          ? Optional.empty()
          : Optional.of(takeOut(entry));
    }
  }

  /** As a server that has lost its memory. */
  void forget() {
    entries
        .values()
        .forEach(entry -> {
          synchronized (entry) {
            if (!entry.removed) {
              takeOut(entry);
            }
          }
        });
    tombstones.clear();
  }

  /** Puts the entry in and starts its time, unless another one is there. */
  private Optional<SessionEntry> put(SessionEntry made) {
    synchronized (made) { // nobody finds it before its time has started
      var there = Optional.ofNullable(entries.of(made.id).putIfAbsent(made.id, made));
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
    var entry = entry(session);
    if (entry == null) {
      return Optional.empty();
    }
    synchronized (entry) {
      if (entry.removed || passed(entry)) {
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

  /** Detached, and its time is over: an attached one stays until a sweep has detached it. */
  private boolean passed(SessionEntry entry) {
    return entry.state() instanceof SessionState.Detached && deadlines.passed(entry);
  }

  /** Removes the entry for good. As or in a step. */
  Gone remove(SessionEntry entry) {
    tombstones.add(new Tombstone(entry.id, entry.state().newest().term()));
    return takeOut(entry);
  }

  private Gone takeOut(SessionEntry entry) {
    entry.removed = true;
    sessions.add(-entry.counted);
    inboxes.add(-entry.countedInbox);
    deadlines.stop(entry);
    entries.of(entry.id).remove(entry.id, entry);
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
      sweep(entry.get()).ifPresent(gone::add);
    }
    return gone;
  }

  private Optional<Gone> sweep(SessionEntry entry) {
    synchronized (entry) {
      // A renewal may have come between the list and this lock: then it is in the list again.
      if (!entry.removed && deadlines.passed(entry) && entry.state().holder().isPresent()) {
        entry.abandon(); // nobody renews it
        deadlines.start(entry);
      }
      return removeIfPassed(entry);
    }
  }

  private Optional<Gone> removeIfPassed(SessionEntry entry) {
    synchronized (entry) {
      return entry.removed || !passed(entry) ? Optional.empty() : Optional.of(takeOut(entry));
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
        letGo.add(takeOut(entry)); // as a sweep would
        sessions.refused();
      }
    }
  }

  /** Looks at all of this part. */
  List<String> heldBy(Owner owner, int part) {
    var held = new ArrayList<String>();
    for (var entry : entries.part(part).values()) {
      synchronized (entry) {
        if (entry.state().holder().filter(lease -> lease.owner().equals(owner)).isPresent()) {
          held.add(entry.id);
        }
      }
    }
    return held;
  }

  /** For how long a detached one is there still. As or in a step. */
  Optional<Duration> left(SessionEntry entry) {
    return entry.detached() ? Optional.of(deadlines.left(entry)) : Optional.empty();
  }

  /** The ids of one part, in their order, from behind {@code after} on. */
  List<String> idsAfter(String after, int part) {
    return entries.namesAfter(after, part, _ -> true);
  }

  /** Looks at all of them: the owner of a memory engine dies with it, except in tests. */
  List<Orphan> abandon(Owner dead, int limit) {
    var orphans = new ArrayList<Orphan>();
    for (var entry : (Iterable<SessionEntry>) entries.values()::iterator) {
      if (orphans.size() == limit) {
        break;
      }
      synchronized (entry) {
        var holder = entry.state().holder();
        if (!entry.removed && holder.isPresent() && holder.get().owner().equals(dead)) {
          entry.abandon();
          deadlines.start(entry);
          orphans.add(new Orphan(holder.get(), entry.gone().channels()));
        }
      }
    }
    return orphans;
  }

  /** The ids of all that are remembered. */
  Set<String> ids() {
    return entries.values().map(entry -> entry.id).collect(Collectors.toUnmodifiableSet());
  }

  /** How many are remembered. */
  int size() {
    return entries.size();
  }
}
