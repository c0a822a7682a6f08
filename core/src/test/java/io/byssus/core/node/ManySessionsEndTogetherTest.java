package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** As after a failure of the network, half an hour later. */
class ManySessionsEndTogetherTest {
  private final AtomicInteger expired = new AtomicInteger();
  private final NodeObserver counting =
      new NodeObserver() {
        @Override
        public void sessionsExpired(int count) {
          expired.addAndGet(count);
        }
      };
  private final TestNode node =
      new TestNode(35, Limits.DEFAULTS, new UserPolicy.Unlimited(), counting, engine -> engine);

  @Test
  void allAreRemovedAtTheNextSweep() {
    for (int i = 0; i < 30_000; i++) {
      var made = new NewSession("s" + i, "ann", Map.of(), Set.of(), TokenHash.NONE);
      var dead = new Owner("dead", "1");
      node.engine.sessions().create(made, dead);
      node.engine.sessions().release(new Lease(made.id(), dead, 1));
      node.engine.directory().add(new Target.ToUser("ann"), made.id());
    }

    node.lanes.advance(EngineSettings.DEFAULTS.sessionTtl().plus(Duration.ofSeconds(2)));

    assertThat(expired).hasValue(30_000);
    assertThat(node.engine.directory().sessions(new Target.ToUser("ann")).toCompletableFuture())
        .isCompletedWithValueMatching(List::isEmpty);
  }
}
