package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.memory.SessionTable.Found;
import io.byssus.core.session.Change;
import io.byssus.core.session.Fence;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.session.Tombstone;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/** Sessions in this process. */
final class MemorySessions implements SessionStore {
  private final SessionTable table;
  private final IntConsumer housekeeping;

  /**
   * @param housekeeping is told with each sweep to look for that much of other things to forget
   */
  MemorySessions(SessionTable table, IntConsumer housekeeping) {
    this.table = table;
    this.housekeeping = housekeeping;
  }

  SessionTable table() {
    return table;
  }

  @Override
  public CompletionStage<Created> create(NewSession session, Owner owner) {
    return completedFuture(table.create(session, owner));
  }

  @Override
  public CompletionStage<Claim> claim(
      String session, String user, TokenHash presented, TokenHash next, Owner owner) {
    return completedFuture(
        table
            .living(
                session,
                entry -> {
                  var claim = entry.claim(user, presented, next, owner);
                  if (claim instanceof Claim.Granted) {
                    table.startTime(entry);
                  }
                  return claim;
                })
            .orElseGet(Claim.Expired::new));
  }

  @Override
  public CompletionStage<Fence> set(
      Lease lease, Map<String, Json> attributes, Optional<Set<String>> tags) {
    return completedFuture(
        table.write(
            lease,
            entry -> {
              entry.setAttributes(attributes);
              tags.ifPresent(entry::setTags);
            }));
  }

  @Override
  public CompletionStage<Fence> subscribe(
      Lease lease, String channel, Optional<Position> position, Origin origin) {
    return completedFuture(table.write(lease, entry -> entry.subscribe(channel, position, origin)));
  }

  @Override
  public CompletionStage<Fence> unsubscribe(Lease lease, String channel) {
    return completedFuture(table.write(lease, entry -> entry.unsubscribe(channel)));
  }

  @Override
  public CompletionStage<Fence> acknowledge(Lease lease, String channel, Position position) {
    return completedFuture(table.write(lease, entry -> entry.acknowledge(channel, position)));
  }

  @Override
  public CompletionStage<Renewal> renew(Collection<Lease> leases) {
    var found = leases.stream().collect(Collectors.groupingBy(table::renew));
    return completedFuture(
        new Renewal(
            found.getOrDefault(Found.LOST, List.of()),
            found.getOrDefault(Found.FORGOTTEN, List.of()),
            found.getOrDefault(Found.REGAINED, List.of())));
  }

  @Override
  public CompletionStage<Fence> restore(
      Lease lease, StoredSession known, long sent, boolean unread) {
    return completedFuture(table.restore(lease, known, sent, unread));
  }

  @Override
  public CompletionStage<List<Gone>> bury(Collection<Tombstone> tombstones) {
    return completedFuture(tombstones.stream().flatMap(each -> table.bury(each).stream()).toList());
  }

  @Override
  public CompletionStage<Fence> release(Lease lease) {
    return completedFuture(
        table
            .living(lease.session(), entry -> released(entry, lease) ? Fence.HELD : Fence.LOST)
            .orElse(Fence.LOST));
  }

  private boolean released(SessionEntry entry, Lease lease) {
    // Not heldUnder: a repeated release finds the session detached, by itself.
    if (!entry.state().newest().equals(lease)) {
      return false;
    }
    entry.release();
    table.startTime(entry);
    return true;
  }

  @Override
  public CompletionStage<Optional<Gone>> remove(String session) {
    return completedFuture(table.living(session, table::remove));
  }

  @Override
  public CompletionStage<Optional<Gone>> end(Lease lease) {
    return completedFuture(table.held(lease, table::remove));
  }

  @Override
  public CompletionStage<Optional<Optional<Lease>>> holder(String session) {
    return completedFuture(table.living(session, entry -> entry.state().holder()));
  }

  @Override
  public CompletionStage<Optional<FoundSession>> find(String session) {
    return completedFuture(table.living(session, entry -> entry.found(table.left(entry))));
  }

  @Override
  public CompletionStage<SessionList> list(SessionList.Filter filter, String cursor, int limit) {
    return completedFuture(
        new SessionPages(table).list(filter, cursor, SessionList.checked(limit)));
  }

  @Override
  public CompletionStage<Changed> change(String session, Change change) {
    return completedFuture(
        table
            .living(session, entry -> changed(entry, change))
            .orElseGet(SessionStore.Changed.None::new));
  }

  private static Changed changed(SessionEntry entry, Change change) {
    return entry
        .state()
        .holder()
        .<Changed>map(Changed.Held::new)
        .orElseGet(() -> new Changed.Done(entry.user(), entry.change(change)));
  }

  @Override
  public CompletionStage<List<String>> heldBy(Owner owner, int part) {
    return completedFuture(table.heldBy(owner, part));
  }

  @Override
  public CompletionStage<List<Gone>> sweep(int limit) {
    housekeeping.accept(limit);
    return completedFuture(table.removePassed(limit));
  }

  @Override
  public CompletionStage<List<Orphan>> abandon(Owner dead, int limit) {
    return completedFuture(table.abandon(dead, limit));
  }
}
