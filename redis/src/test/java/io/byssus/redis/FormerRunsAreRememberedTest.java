package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.engine.ClusterBus.Name;
import io.byssus.core.session.Owner;
import io.byssus.redis.testing.RedisDeployment;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who takes a name is told which runs had it and may have left sessions. */
class FormerRunsAreRememberedTest {
  private static final Owner FIRST = new Owner("n", "1");
  private static final Owner SECOND = new Owner("n", "2");
  private static final Owner THIRD = new Owner("n", "3");

  @Test
  void untilTheyAreCleanedUpAfter() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      assertThat(announce(node, FIRST)).isEqualTo(new Name.Taken(Set.of()));
      assertThat(announce(node, FIRST)).isEqualTo(new Name.Taken(Set.of()));
      runOut(redis);
      assertThat(announce(node, SECOND)).isEqualTo(new Name.Taken(Set.of(FIRST)));
      runOut(redis);
      assertThat(announce(node, THIRD)).isEqualTo(new Name.Taken(Set.of(FIRST, SECOND)));
      get(node.engine.bus().leave(FIRST));

      assertThat(announce(node, THIRD)).isEqualTo(new Name.Taken(Set.of(SECOND)));
      assertThat(announce(node, FIRST)).isEqualTo(new Name.Refused());
    }
  }

  private static Name announce(TestNode node, Owner owner) {
    return get(
        node.engine.bus().announce(new Announcement(owner, "", "", Duration.ZERO, 0, 0, true)));
  }

  /** The lease of the name, which lasts ten seconds. */
  private static void runOut(RedisDeployment redis) {
    redis.primary().command("DEL", new Keys(Keys.DEFAULT_PREFIX, 0).nodeName("n"));
  }
}
