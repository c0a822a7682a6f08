package io.byssus.redis;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Redis can be reached, as the node is told. Confined to the control thread. */
final class Reach {
  private static final Logger LOG = LoggerFactory.getLogger(Reach.class);

  /** A trouble that is over so soon is not told. */
  private static final long TROUBLE_NS = TimeUnit.MILLISECONDS.toNanos(300);

  private final Consumer<Boolean> reach;
  private final Trouble trouble;
  private long troubledNs;
  private boolean told = true;

  Reach(Consumer<Boolean> reach, Trouble trouble) {
    this.reach = reach;
    this.trouble = trouble;
  }

  /**
   * @param whole whether everything can be reached now
   */
  void tell(boolean whole, long now) {
    if (whole) {
      troubledNs = 0;
      if (!told) {
        told = true;
        LOG.atInfo().addKeyValue("event", "redis_reachable").log("Redis can be reached again");
        reach.accept(true);
      }
    } else if (troubledNs == 0) {
      troubledNs = now;
    } else if (told && now - troubledNs > TROUBLE_NS) {
      told = false;
      // the node warns
      LOG.atInfo()
          .addKeyValue("event", "redis_unreachable")
          .addKeyValue("reason", trouble.toString())
          .log("Redis cannot be reached: {}", trouble);
      reach.accept(false);
    }
  }

  /**
   * Something may have been missed. If it was told that Redis is away, the next call tells this.
   */
  void missedSome() {
    if (told) {
      reach.accept(true);
    }
  }
}
