package io.byssus.core.operations;

import io.byssus.core.Budgets;
import io.byssus.core.Limits;
import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Hub;
import io.byssus.core.lane.Lanes;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Position;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets programs follow channels on this node. From any thread. */
public final class Watches {
  private final Hub hub;
  private final Lanes lanes;
  private final Limits limits;
  private final Budgets budgets;

  public Watches(Hub hub, Lanes lanes, Limits limits, Budgets budgets) {
    this.hub = hub;
    this.lanes = lanes;
    this.limits = limits;
    this.budgets = budgets;
  }

  /**
   * What is published from here on, or first what came after a position.
   *
   * @param channel may be a pattern
   * @return once it has begun; what it hears may come before
   */
  public CompletionStage<Watching> watch(
      Principal by, String channel, Optional<Position> from, Watching.Watch watch) {
    var fault = ChannelName.fault(channel, true, limits.channelNameBytes());
    if (fault.isPresent()) {
      return RejectedException.stage(ErrorCode.BAD_CHANNEL, fault.get());
    }
    if (!mayWatch(by, channel)) {
      return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not watch this channel");
    }
    if (ChannelName.isPattern(channel) && from.isPresent()) {
      return RejectedException.stage(ErrorCode.MALFORMED, "a pattern has no position");
    }
    if (!budgets.welcome()) {
      return RejectedException.stage(
          ErrorCode.UNAVAILABLE, "the node is short of memory, try again later");
    }
    var begun = new CompletableFuture<Watching>();
    var lane = lanes.of(channel);
    lane.execute(() -> {
      try {
        begun.complete(Watching.begin(lane, hub, limits, budgets, watch, channel, from));
      } catch (Throwable failure) {
        begun.completeExceptionally(failure);
      }
    });
    return begun;
  }

  /** A pattern is watched by whoever may watch all that it means. */
  private static boolean mayWatch(Principal by, String channel) {
    return switch (by) {
      case Principal.Client _ -> false;
      case Principal.Key(var _, var grants) -> grants.allow(Right.WATCH, channel);
      case Principal.Operator _ -> true;
    };
  }
}
