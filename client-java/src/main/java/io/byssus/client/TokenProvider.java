package io.byssus.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The token for each connect, and how often in a row the server has refused it. On the lane. */
final class TokenProvider {
  private static final int REFUSALS_MAX = 3;

  private final Lane lane;
  private final Executor executor;
  private final Runnable before;
  private final TokenSource source;
  private final boolean fixed;
  private int refusals;

  /**
   * @param before what else of the program is asked before each connection
   * @param fixed whether asking again gives the same
   */
  TokenProvider(Lane lane, Executor executor, Runnable before, TokenSource source, boolean fixed) {
    this.before = before;
    this.lane = lane;
    this.executor = executor;
    this.source = source;
    this.fixed = fixed;
  }

  /**
   * @param then given the token, or what went wrong, on the lane
   */
  void next(BiConsumer<@Nullable String, @Nullable Throwable> then) {
    var refused = refusals > 0;
    var unused =
        CompletableFuture.supplyAsync(() -> ask(refused), executor)
            .thenCompose(token -> token)
            .whenComplete((token, failure) -> lane.execute(() -> then.accept(token, failure)));
  }

  private CompletionStage<String> ask(boolean refused) {
    before.run();
    return source.token(refused);
  }

  /** Returns whether there is any sense in another try. */
  boolean refused() {
    refusals++;
    return !fixed && refusals < REFUSALS_MAX;
  }

  void accepted() {
    refusals = 0;
  }
}
