package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.delivery.SessionDirectory.Entry;
import io.byssus.protocol.Target;
import io.byssus.redis.testing.RedisDeployment;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A node repeats for all its sessions where they stand: few scripts, and little in each. */
class RenewalsAreCheapTest {
  private static final int SESSIONS = 5_000;

  @Test
  void aRoundOfTheDirectoryIsAFewScriptsWithThreeCommandsForATarget() {
    try (var redis = RedisDeployment.standalone();
        var node = TestNode.on(redis)) {
      var entries = new ArrayList<Entry>();
      for (int i = 0; i < SESSIONS; i++) {
        entries.add(new Entry(new Target.ToUser("user-" + i), "session-" + i));
      }
      get(node.engine.directory().add(entries));
      redis.primary().command("CONFIG", "RESETSTAT");

      get(node.engine.directory().add(entries));

      var stats = redis.primary().command("INFO", "commandstats");
      assertThat(calls(stats, "evalsha")).isLessThanOrEqualTo(2 * Keys.PARTITIONS);
      assertThat(calls(stats, "hmget") + calls(stats, "hset") + calls(stats, "pexpire"))
          .isEqualTo(3 * SESSIONS);
      assertThat(calls(stats, "hgetall")).isZero();
    }
  }

  private static long calls(String stats, String command) {
    return Arrays.stream(stats.split("\\r?\\n"))
        .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
        .sum();
  }
}
