package io.byssus.redis;

import io.byssus.redis.Link.Health;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees whether a primary lives, and still is one. Called on the control thread, whose {@link
 * Shard}s keep what it knows.
 */
final class LinkProbe {
  private static final long PROBE_NS = TimeUnit.MILLISECONDS.toNanos(500);

  /**
   * The probe goes beside the commands, so they alone may be stuck. Replies are bounded, so one of
   * them comes in this many time-outs even over a slow line.
   */
  private static final int SILENT_TIMEOUTS = 4;

  private final ControlThread control;
  private final Duration timeout;
  private final Trouble trouble;

  LinkProbe(ControlThread control, Duration timeout, Trouble trouble) {
    this.control = control;
    this.timeout = timeout;
    this.trouble = trouble;
  }

  /** Asks the next time if it is time, and gives up a connection that does not answer. */
  void probe(Shard shard, Link link, long now) {
    if (shard.probed != link) {
      shard.probed = link;
      shard.probedNs = now;
      shard.probing = false;
    }
    if (link.silentNs(now) > SILENT_TIMEOUTS * timeout.toNanos()) {
      trouble.gaveUp(shard.host + " answers its probe, and no command", "connection");
      link.lose();
      return;
    }
    if (shard.probing) {
      if (now - shard.probedNs > timeout.toNanos()) {
        trouble.gaveUp(
            shard.host + " did not answer within " + timeout.toMillis() + " ms", "connection");
        link.lose();
      }
      return;
    }
    if (now - shard.probedNs < PROBE_NS) {
      return;
    }
    shard.probing = true;
    shard.probedNs = now;
    var info = link.sendAside(redis -> redis.info("replication"));
    var askedNs = System.nanoTime();
    var time =
        link.sendAside(redis -> redis.time())
            .thenApply(told -> Health.of(told, askedNs, System.nanoTime(), 0));
    info.thenCombine(
            time, (text, told) -> new Health(told.aheadMs(), told.withinMs(), judged(link, text)))
        .whenComplete(
            (health, failure) -> control.later(0, () -> probed(shard, link, health, failure)));
  }

  private static int judged(Link link, String info) {
    var replication = Replication.of(info);
    if (!replication.primary() || !replication.lineage().equals(link.lineage)) {
      throw new RedisException("it is not the primary any more that it was");
    }
    return replication.replicas();
  }

  private void probed(
      Shard shard, Link link, @Nullable Health health, @Nullable Throwable failure) {
    if (shard.probed != link) {
      return;
    }
    shard.probing = false;
    if (health != null) {
      link.health(health);
    } else {
      if (failure != null && !link.lost()) {
        trouble.gaveUp(shard.host + ": " + Clients.reason(failure), "connection");
      }
      link.lose();
    }
  }
}
