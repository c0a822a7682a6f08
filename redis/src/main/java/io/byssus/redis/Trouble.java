package io.byssus.redis;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is wrong with Redis, or was last, for a person. Thread-safe. */
final class Trouble {
  private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);

  private volatile String words = "Redis was not reached yet";

  void is(String newWords) {
    words = newWords;
  }

  /** Something is given up because of it. */
  void gaveUp(String newWords, String what) {
    words = newWords;
    LOG.atWarn()
        .addKeyValue("event", "redis_connection_lost")
        .addKeyValue("reason", newWords)
        .log("{}; its {} is given up", newWords, what);
  }

  @Override
  public String toString() {
    return words;
  }
}
