package io.byssus.core.node;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.CloseCode;
import java.util.function.Consumer;

/**
 * What a node has to do with the owners that it meets in the store. From any thread.
 *
 * @param met is told who has a session that is in somebody's way: if that run is dead, nobody else
 *     may know
 */
record OtherNodes(Owner self, ClusterBus bus, FailureLog failures, Consumer<Owner> met) {
  boolean isSelf(Owner owner) {
    return owner.equals(self);
  }

  /** Tells the node that holds {@code lease}, if it is another one, to close its connection. */
  void supersede(Lease lease, CloseCode code) {
    if (!isSelf(lease.owner())) {
      failures.logFailure("tell", bus.tell(lease.owner(), new Notice.Superseded(lease, code)));
    }
  }

  void met(Owner owner) {
    met.accept(owner);
  }
}
