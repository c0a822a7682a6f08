package io.byssus.core.node;

import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Lease;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The connections of one lane, and the sessions that they hold. Confined to it. */
@LaneConfined
final class LaneConnections {
  private final Lane lane;
  private final List<ClientConnection> connections = new ArrayList<>();
  private final List<CompletableFuture<Void>> awaitingNone = new ArrayList<>();

  LaneConnections(Lane lane) {
    this.lane = lane;
  }

  void add(ClientConnection connection) {
    lane.check();
    connection.slot = connections.size();
    connections.add(connection);
  }

  /** The last takes its slot. */
  void remove(ClientConnection connection) {
    lane.check();
    var last = connections.removeLast();
    if (last != connection) {
      connections.set(connection.slot, last);
      last.slot = connection.slot;
    }
    if (connections.isEmpty()) {
      awaitingNone.forEach(done -> done.complete(null));
      awaitingNone.clear();
    }
  }

  int size() {
    return connections.size();
  }

  ClientConnection at(int slot) {
    return connections.get(slot);
  }

  List<ClientConnection> copy() {
    return List.copyOf(connections);
  }

  /** Completes {@code done} when there is none. */
  void awaitNone(CompletableFuture<Void> done) {
    lane.check();
    if (connections.isEmpty()) {
      done.complete(null);
    } else {
      awaitingNone.add(done);
    }
  }

  /** The sessions that are held here. */
  List<SessionHolder> holders() {
    var holders = new ArrayList<SessionHolder>(connections.size());
    for (var connection : connections) {
      var holder = connection.holder();
      if (holder != null) {
        holders.add(holder);
      }
    }
    return holders;
  }

  /** Each by itself: what becomes of one hits no other. */
  void each(Consumer<SessionHolder> step) {
    holders().forEach(holder -> lane.attempt(() -> step.accept(holder)));
  }

  /** For those who hold these leases, and nobody who has come for the same sessions since. */
  void each(Collection<Lease> leases, Consumer<SessionHolder> step) {
    if (!leases.isEmpty()) {
      var meant = new HashSet<>(leases);
      each(holder -> {
        if (!holder.over() && meant.contains(holder.lease())) {
          step.accept(holder);
        }
      });
    }
  }
}
