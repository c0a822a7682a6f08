package io.byssus.core.memory;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Ticker;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Inboxes in this process: each is a part of its session's entry. */
final class MemoryInboxes implements InboxStore {
  private final SessionTable table;
  private final EngineSettings settings;
  private final Ticker ticker;
  private volatile Consumer<String> wake = _ -> {};

  MemoryInboxes(SessionTable table, EngineSettings settings, Ticker ticker) {
    this.table = table;
    this.settings = settings;
    this.ticker = ticker;
  }

  @Override
  public CompletionStage<Append> append(
      String session, Target as, Json data, Optional<Sender> from, String dedupe) {
    var append =
        table
            .living(
                session,
                entry ->
                    entry.under(as)
                        ? entry.append(
                            data, from, dedupe, settings, table.inboxes(), ticker.nanoTime())
                        : Append.NO_SESSION)
            .orElse(Append.NO_SESSION);
    if (append instanceof Append.Taken(var duplicate, _) && !duplicate) {
      wake.accept(session);
    }
    return completedFuture(append);
  }

  @Override
  public CompletionStage<Optional<Page>> read(Lease lease, long after, Bounds bounds) {
    return completedFuture(
        table.held(lease, entry -> entry.readInbox(after, bounds, settings, ticker.nanoTime())));
  }

  @Override
  public CompletionStage<Fence> acknowledge(Lease lease, long offset) {
    return completedFuture(table.write(lease, entry -> entry.acknowledgeInbox(offset)));
  }

  @Override
  public void onAppend(Consumer<String> newWake) {
    wake = newWake;
  }
}
