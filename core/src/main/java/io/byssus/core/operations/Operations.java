package io.byssus.core.operations;

import io.byssus.core.Bounds;
import io.byssus.core.Limits;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelName;
import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.channel.Retention;
import io.byssus.core.delivery.Router;
import io.byssus.core.presence.PresenceStore;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import io.byssus.protocol.Target;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What can be asked of a node, from any thread: each time it is said who asks, and each time the
 * same checks are made before the engine is.
 *
 * <p>A stage completes on any thread with what was done. It fails with {@link RejectedException}
 * when the operation was refused here, and as the engine's stage does otherwise; {@link Answer}
 * tells the three ends apart. Nothing is made for an operation that is not refused but what the
 * engine makes: publications go this way.
 */
public final class Operations {
  /** What is asked for when nobody says how much. */
  public static final int HISTORY_ITEMS = 100;

  private final Namespaces namespaces;
  private final Limits limits;
  private final Broker broker;
  private final Router router;
  private final PresenceStore presence;

  public Operations(
      Namespaces namespaces, Limits limits, Broker broker, Router router, PresenceStore presence) {
    this.namespaces = namespaces;
    this.limits = limits;
    this.broker = broker;
    this.router = router;
    this.presence = presence;
  }

  /**
   * @param dedupe empty for none. What a client chose is unique for its session; all others share
   *     one space for each channel.
   */
  public CompletionStage<Broker.Outcome> publish(
      Principal by, String channel, Json data, String dedupe, Durability durability) {
    var fault = ChannelName.fault(channel, false, limits.channelNameBytes());
    if (fault.isPresent()) {
      return RejectedException.stage(ErrorCode.BAD_CHANNEL, fault.get());
    }
    var namespace = namespaces.of(channel);
    if (!mayPublish(by, channel, namespace)) {
      return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not publish to this channel");
    }
    if (data.bytes() > limits.messageBytes()) {
      return tooLarge();
    }
    if (dedupe.length() > Command.DEDUPE_CHARS) {
      return longDedupe();
    }
    var draft = new Broker.Draft(data, sender(by), unique(by, dedupe), durability);
    return broker.publish(channel, draft, namespace.retention());
  }

  private static boolean mayPublish(Principal by, String channel, Namespace namespace) {
    return switch (by) {
      case Principal.Client(var who) -> namespace.publish().allows(who.user());
      case Principal.Key(var _, var grants) -> grants.allow(Right.PUBLISH, channel);
      case Principal.Operator _ -> true;
    };
  }

  /**
   * To a session, or to all sessions of a user or with a tag.
   *
   * @param dedupe as of a publication, with a space for each target
   */
  public CompletionStage<Router.Routed> send(Principal by, Target to, Json data, String dedupe) {
    if (by instanceof Principal.Key(var _, var grants) && !grants.allow(Right.SEND)) {
      return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not send to sessions");
    }
    if (data.bytes() > limits.messageBytes()) {
      return tooLarge();
    }
    if (dedupe.length() > Command.DEDUPE_CHARS) {
      return longDedupe();
    }
    return router.send(to, data, sender(by), unique(by, dedupe));
  }

  /** A page of what the channel keeps; a read, which changes nothing. */
  public CompletionStage<Broker.Page> history(
      Principal by, String channel, Optional<Position> after, Bounds bounds) {
    var fault = ChannelName.fault(channel, false, limits.channelNameBytes());
    if (fault.isPresent()) {
      return RejectedException.stage(ErrorCode.BAD_CHANNEL, fault.get());
    }
    if (!mayRead(by, Right.HISTORY, channel)) {
      return mayNotRead();
    }
    var retention = namespaces.of(channel).retention();
    return retention.ephemeral()
        ? RejectedException.stage(ErrorCode.NO_HISTORY, "this channel keeps no history")
        : broker.history(channel, after, bounds, retention);
  }

  /** The first of those who are in the channel; a read, which changes nothing. */
  public CompletionStage<PresenceStore.Page> presence(Principal by, String channel, Bounds bounds) {
    var fault = ChannelName.fault(channel, false, limits.channelNameBytes());
    if (fault.isPresent()) {
      return RejectedException.stage(ErrorCode.BAD_CHANNEL, fault.get());
    }
    if (!mayRead(by, Right.PRESENCE, channel)) {
      return mayNotRead();
    }
    return namespaces.of(channel).presence()
        ? presence.members(channel, bounds)
        : RejectedException.stage(ErrorCode.NO_PRESENCE, "this channel does not tell who is in it");
  }

  /**
   * What is known of a channel without its messages.
   *
   * @param top where it ends; empty when it keeps nothing
   * @param present how many are in it; empty when it does not tell
   */
  public record Channel(Optional<Position> top, OptionalInt present, Retention retention) {}

  /** A read, which changes nothing. */
  public CompletionStage<Channel> channel(Principal by, String channel) {
    var fault = ChannelName.fault(channel, false, limits.channelNameBytes());
    if (fault.isPresent()) {
      return RejectedException.stage(ErrorCode.BAD_CHANNEL, fault.get());
    }
    if (!by.may(Right.CHANNELS_READ)) {
      return mayNotRead();
    }
    var namespace = namespaces.of(channel);
    var retention = namespace.retention();
    CompletionStage<Optional<Position>> top =
        retention.ephemeral()
            ? CompletableFuture.completedFuture(Optional.empty())
            : broker
                .history(channel, Optional.empty(), Bounds.NOTHING, retention)
                .thenApply(page -> Optional.of(page.top()));
    CompletionStage<OptionalInt> present =
        namespace.presence()
            ? presence
                .members(channel, Bounds.NOTHING)
                .thenApply(page -> OptionalInt.of(page.total()))
            : CompletableFuture.completedFuture(OptionalInt.empty());
    return top.thenCombine(present, (at, count) -> new Channel(at, count, retention));
  }

  /** How much one answer may hold to those who are no clients. */
  public Bounds historyPage(int items) {
    return new Bounds(Math.min(items, limits.historyItems()), limits.historyBytes());
  }

  public Bounds presencePage() {
    return new Bounds(limits.presenceMembers(), limits.historyBytes());
  }

  private boolean mayRead(Principal by, Right right, String channel) {
    return switch (by) {
      case Principal.Client(var who) -> namespaces.maySubscribe(channel, who.user());
      case Principal.Key(var _, var grants) -> grants.allow(right, channel);
      case Principal.Operator _ -> true;
    };
  }

  private static Optional<Sender> sender(Principal by) {
    return by instanceof Principal.Client(var who) ? Optional.of(who) : Optional.empty();
  }

  /** No session has an empty id, so the spaces stay apart. */
  private static String unique(Principal by, String dedupe) {
    if (dedupe.isEmpty()) {
      return "";
    }
    return by instanceof Principal.Client(var who) ? who.session() + ':' + dedupe : ':' + dedupe;
  }

  private static <T> CompletionStage<T> mayNotRead() {
    return RejectedException.stage(ErrorCode.FORBIDDEN, "you may not read this channel");
  }

  private <T> CompletionStage<T> tooLarge() {
    return RejectedException.stage(
        ErrorCode.TOO_LARGE, "data is longer than " + limits.messageBytes() + " bytes");
  }

  private static <T> CompletionStage<T> longDedupe() {
    return RejectedException.stage(
        ErrorCode.MALFORMED,
        "dedupe: expected a string of at most " + Command.DEDUPE_CHARS + " characters");
  }
}
