package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.TokenHash;
import io.byssus.redis.testing.RedisDeployment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The set of an owner's sessions, by which others find them once it is dead. */
class AnOwnersSessionsAreFoundAsLongAsItLivesTest {
  @Test
  void theSetLivesAsLongAsTheSessionsThatAreRenewed() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var made = new NewSession("s", "", Map.of(), Set.of(), TokenHash.of("token"));
      var lease = get(node.engine.sessions().create(made, node.owner)).lease();
      var set = new Keys(Keys.DEFAULT_PREFIX, 0).owned(Keys.partition("s"), node.owner);
      redis.primary().command("PEXPIRE", set, "60000"); // as if its day were nearly over

      assertThat(get(node.engine.sessions().renew(List.of(lease))).whole()).isTrue();

      assertThat(Long.parseLong(redis.primary().command("PTTL", set).strip()))
          .isGreaterThan(EngineSettings.DEFAULTS.sessionTtl().toMillis());
    }
  }
}
