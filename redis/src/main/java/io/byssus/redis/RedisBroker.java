package io.byssus.redis;

import static io.byssus.redis.Redis.args;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import io.byssus.core.Bounds;
import io.byssus.core.NotDoneException;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.ChannelList;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.EngineSettings;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.redis.Envelope.Heard;
import io.byssus.redis.Envelope.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Channels in Redis: each a stream, which is the truth, and a Pub/Sub channel, which is fast. Of
 * their keys {@code lib-channel.lua} tells.
 */
final class RedisBroker implements Broker {
  /** An epoch is below 2^53, which is as far as Lua counts: seconds, then chance. */
  private static final int CHANCE = 1 << 20;

  private final Redis redis;
  private final Keys keys;
  private final EngineSettings settings;
  private final AtomicInteger chance;
  private final Replicas replicas;
  private final Subscriptions subscriptions;

  RedisBroker(
      Redis redis,
      EngineSettings settings,
      RandomGenerator random,
      Replicas replicas,
      Subscriptions subscriptions) {
    this.redis = redis;
    this.keys = redis.keys();
    this.settings = settings;
    this.chance = new AtomicInteger(random.nextInt());
    this.replicas = replicas;
    this.subscriptions = subscriptions;
  }

  @Override
  public CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention) {
    var level = draft.durability();
    if (retention.ephemeral()) {
      return level == Durability.ACCEPTED
          ? published(pass(channel, draft), reply -> completedFuture(stored(reply, level)))
          : completedFuture(new Outcome.Rejected(ErrorCode.DURABILITY_UNAVAILABLE));
    }
    if (!replicas.canBe(level, Keys.partition(channel))) {
      return completedFuture(new Outcome.Rejected(ErrorCode.DURABILITY_UNAVAILABLE));
    }
    var over = new AtomicReference<Link>();
    return published(
        keep(channel, draft, retention, over),
        reply ->
            replicas
                .confirmed(level, Keys.partition(channel), over.get())
                .thenApply(_ -> stored(reply, level)));
  }

  /** What surely was not done is rejected; anything else that fails leaves it open. */
  private static CompletionStage<Outcome> published(
      CompletionStage<List<Object>> script, Function<List<Object>, CompletionStage<Outcome>> then) {
    return script
        .handle((reply, failure) -> {
          if (reply != null) {
            return then.apply(reply);
          }
          var cause = failure instanceof CompletionException ? failure.getCause() : failure;
          return cause instanceof NotDoneException
              ? completedFuture((Outcome) new Outcome.Rejected(ErrorCode.UNAVAILABLE))
              : CompletableFuture.<Outcome>failedFuture(failure);
        })
        .thenCompose(outcome -> outcome);
  }

  private static Outcome stored(List<Object> reply, Durability level) {
    return new Outcome.Stored(
        position(Place.of(Redis.bytes(reply.get(0)))), level, Redis.number(reply.get(1)) == 1);
  }

  private static Optional<Position> position(Place place) {
    return place.epoch() == 0
        ? Optional.empty()
        : Optional.of(new Position(place.epochName(), place.offset()));
  }

  private CompletionStage<List<Object>> pass(String channel, Draft draft) {
    var key = draft.dedupe().isEmpty() ? keys.stream(channel) : dedupe(channel, draft);
    return redis.run(
        Keys.partition(channel),
        Script.PASS,
        List.of(key),
        args(
            Envelope.of(draft.data(), draft.from()),
            window(draft),
            redis.listening().verb(),
            keys.live(channel),
            all(channel)));
  }

  /**
   * @param over is set to where the script went last
   */
  private CompletionStage<List<Object>> keep(
      String channel, Draft draft, Retention retention, AtomicReference<Link> over) {
    var stream = keys.stream(channel);
    var envelope = Envelope.of(draft.data(), draft.from());
    var ttlMs = ttlMs(retention);
    return redis.run(
        Keys.partition(channel),
        Script.PUBLISH,
        List.of(
            stream,
            keys.channel(channel),
            draft.dedupe().isEmpty() ? stream : dedupe(channel, draft)),
        link -> {
          over.set(link);
          return args(
              envelope,
              retention.size(),
              retention.age().toMillis(),
              link.timeMs(),
              link.lineage,
              redis.primaries().lineages(),
              newEpoch(link),
              ttlMs,
              window(draft),
              redis.listening().verb(),
              keys.live(channel),
              all(channel));
        });
  }

  private String dedupe(String channel, Draft draft) {
    return keys.dedupe(channel, draft.dedupe());
  }

  private String window(Draft draft) {
    return draft.dedupe().isEmpty() ? "" : "" + settings.dedupeWindow().toMillis();
  }

  private String all(String channel) {
    return redis.listening().sharded() ? keys.all(Keys.partition(channel)) : "";
  }

  private long ttlMs(Retention retention) {
    return Math.max(settings.channelTtl().toMillis(), retention.age().toMillis());
  }

  /** Never the same twice: from a random start on, for to draw each would be slow. */
  private long newEpoch(Link link) {
    return link.timeMs() / 1_000 * CHANCE + (chance.getAndIncrement() & CHANCE - 1);
  }

  @Override
  public CompletionStage<Page> history(
      String channel, Optional<Position> after, Bounds bounds, Retention retention) {
    if (retention.ephemeral()) {
      return failedFuture(new IllegalArgumentException("an ephemeral channel has no history"));
    }
    // An epoch that is none of ours was of another life, whatever its offset.
    var epoch = after.map(position -> Envelope.epoch(position.epoch()).orElse(1L) + "").orElse("");
    var offset = after.map(Position::offset).orElse(0L);
    var ttlMs = ttlMs(retention);
    return redis
        .read(
            bounds,
            Keys.partition(channel),
            Script.HISTORY,
            List.of(keys.stream(channel), keys.channel(channel)),
            link ->
                args(
                    epoch,
                    offset,
                    bounds.items(),
                    retention.age().toMillis(),
                    ttlMs,
                    link.lineage,
                    newEpoch(link),
                    retention.size(),
                    bounds.bytes()))
        .thenApply(reply -> page(reply, after.isPresent()));
  }

  private static Page page(List<Object> reply, boolean asked) {
    var epoch = new Place(Long.parseLong(Redis.text(reply.get(0))), 0).epochName();
    var top = new Position(epoch, Long.parseLong(Redis.text(reply.get(1))));
    var from = top.at(Long.parseLong(Redis.text(reply.get(2))));
    var why = Redis.text(reply.get(3));
    var items = new ArrayList<Item>();
    var parts = Redis.list(reply.get(4));
    for (int i = 0; i < parts.size(); i += 2) {
      var place = Place.of(Redis.bytes(parts.get(i)));
      items.add(Envelope.item(place.offset(), Redis.bytes(parts.get(i + 1))));
    }
    var recovery =
        !asked
            ? Recovery.NOT_ASKED
            : why.isEmpty() ? Recovery.COMPLETE : new Recovery.Lost(Gap.of(why).orElseThrow());
    return new Page(top, from, recovery, items);
  }

  @Override
  public CompletionStage<Void> subscribe(String channel, Listener listener) {
    return subscriptions.add(channel, listener);
  }

  @Override
  public void unsubscribe(String channel) {
    subscriptions.remove(channel);
  }

  @Override
  public CompletionStage<Void> subscribePrefix(String prefix, Listener listener) {
    return subscriptions.addPrefix(prefix, listener);
  }

  @Override
  public void unsubscribePrefix(String prefix) {
    subscriptions.removePrefix(prefix);
  }

  @Override
  public CompletionStage<ChannelList> channels(String prefix, String cursor, int limit) {
    return PartitionWalk.page(
            cursor,
            ChannelList.checked(limit),
            (from, rows, looks) ->
                redis.run(
                    from.partition(),
                    Script.CHANNELS,
                    List.of(keys.channels(from.partition())),
                    args(
                        from.score(),
                        from.name(),
                        rows,
                        looks,
                        keys.prefix(from.partition()),
                        Keys.beginning(prefix))),
            reply -> rows(reply, prefix))
        .thenApply(page -> new ChannelList(page.rows(), page.next()));
  }

  private static List<ChannelList.Row> rows(List<Object> reply, String prefix) {
    var parts = Redis.list(reply.get(3));
    var rows = new ArrayList<ChannelList.Row>();
    for (int i = 0; i < parts.size(); i += 2) {
      var name = Keys.name(Redis.text(parts.get(i)));
      if (name.startsWith(prefix)) {
        var top = Place.of(Redis.bytes(parts.get(i + 1)));
        rows.add(new ChannelList.Row(name, new Position(top.epochName(), top.offset())));
      }
    }
    return rows;
  }

  /** Tells a listener what was heard of its channel. */
  static void tell(Listener listener, String channel, Heard heard) {
    listener.publication(channel, heard.place().epochName(), heard.item());
  }
}
