package io.byssus.core.memory;

import io.byssus.core.Budgets;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Ticker;
import io.byssus.core.session.Tombstones;
import java.util.random.RandomGenerator;

/**
 * The engine that keeps everything in this process, and so has one node. Its stages are complete
 * when they are returned; it may be called from any thread, never waits for more than another short
 * step on the same session or channel, and has no threads of its own: what is old is forgotten when
 * it is met or by {@link io.byssus.core.session.SessionStore#sweep}.
 */
public final class MemoryEngine {
  /** So many ended sessions are remembered, for their time to live. */
  private static final int TOMBSTONES_MAX = 10_000;

  private MemoryEngine() {}

  /** One that keeps as much as it is given. */
  public static Engine create(EngineSettings settings, Ticker ticker, RandomGenerator random) {
    return create(settings, ticker, random, Budgets.unbounded());
  }

  /**
   * @param random for the epochs of channels
   */
  public static Engine create(
      EngineSettings settings, Ticker ticker, RandomGenerator random, Budgets budgets) {
    var table =
        new SessionTable(
            new SessionDeadlines(settings.sessionTtl(), ticker),
            new Tombstones(ticker, settings.sessionTtl(), TOMBSTONES_MAX),
            budgets);
    var broker =
        new MemoryBroker(
            settings, ticker, new Epochs(random)::next, Dedupe.IDS_MAX, budgets.histories());
    var presence = new MemoryPresence(settings.presenceTtl(), ticker);
    var directory = new MemoryDirectory(settings.sessionTtl(), ticker);
    return new Engine(
        new MemorySessions(
            table,
            limit -> {
              table.makeRoom(limit);
              broker.sweep(limit);
              presence.sweep(limit);
              directory.sweep(limit);
            }),
        broker,
        new MemoryInboxes(table, settings, ticker),
        directory,
        presence,
        new MemoryBus(ticker));
  }
}
