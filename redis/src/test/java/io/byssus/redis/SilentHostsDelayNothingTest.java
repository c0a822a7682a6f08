package io.byssus.redis;

import static io.byssus.redis.TestNode.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.RedisAddress.Host;
import io.byssus.redis.testing.RedisDeployment;
import io.byssus.redis.testing.RedisProcess;
import io.byssus.redis.testing.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * Two that take connections and never answer stand first among those who are asked where the
 * primaries are. They have an hour's time: whoever waits for them is not done here.
 */
class SilentHostsDelayNothingTest {
  private static final Duration AN_HOUR = Duration.ofHours(1);

  @Test
  void sentinels() {
    try (var redis = RedisDeployment.sentinel()) {
      assertThat(found(redis, redis.sentinels()).primaries()).containsOnly(redis.primary().host());
    }
  }

  @Test
  void nodesOfACluster() {
    try (var redis = RedisDeployment.cluster(0)) {
      assertThat(found(redis, redis.servers()).primaries())
          .containsOnly(redis.servers().stream().map(RedisProcess::host).toArray(Host[]::new));
    }
  }

  private static Layout found(RedisDeployment redis, List<RedisProcess> asked) {
    try (var one = Wire.to(asked.get(0).port());
        var other = Wire.to(asked.get(1).port())) {
      one.freeze();
      other.freeze();
      var hosts = new ArrayList<>(List.of(one.host(), other.host()));
      asked.forEach(server -> hosts.add(server.host()));
      var address =
          new RedisAddress(
              redis.address().kind(), hosts, redis.address().primary(), 0, false, "", "");
      var settings =
          new RedisSettings(address, Optional.empty(), AN_HOUR, 0, RedisSettings.DEFAULT_PREFIX);
      try (var clients = new Clients(settings);
          var discovery = Discovery.of(address, clients)) {
        Layout layout = null;
        for (int i = 0; i < 3; i++) { // as each second: those who owe an answer are not asked again
          layout = get(CompletableFuture.supplyAsync(() -> find(discovery)));
        }
        assertThat(one.accepted()).as("how often the silent one was asked").isEqualTo(1);
        return java.util.Objects.requireNonNull(layout);
      }
    }
  }

  private static Layout find(Discovery discovery) {
    try {
      return discovery.find();
    } catch (RedisUnavailableException e) {
      throw new CompletionException(e);
    }
  }
}
