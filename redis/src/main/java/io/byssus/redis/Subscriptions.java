package io.byssus.redis;

import static io.byssus.redis.Redis.args;

import io.byssus.core.channel.Broker.Listener;
import io.byssus.core.engine.EngineSettings;
import io.byssus.redis.Envelope.Heard;
import io.byssus.redis.Envelope.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who on this node listens to which channels and prefixes.
 *
 * <p>Pub/Sub loses without a word. So the newest publication of each channel that is listened to is
 * looked up every now and then, many in one script, and at once when something may have been
 * missed; a listener that has not heard it hears it then, sees by its offset what it missed, and
 * reads that. Thread-safe.
 */
final class Subscriptions {
  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
  private static final int LOOKED_UP_AT_ONCE = 100;
  private static final long ON_ITS_WAY_MS = 200;

  private final Redis redis;
  private final Keys keys;
  private final long channelTtlMs;
  private final ScheduledExecutorService timer;
  private final Map<String, ListenedChannel> channels = new ConcurrentHashMap<>();
  private final Map<String, Listener> prefixes = new ConcurrentHashMap<>();
  private final Map<String, Integer> patterns = new HashMap<>();
  private final Set<Integer> toLookUp = new HashSet<>();
  private boolean lookingUp;
  private long refreshedNs = System.nanoTime();

  /** A channel that is listened to. */
  private static final class ListenedChannel {
    final Listener listener;
    volatile @Nullable Place newest;

    ListenedChannel(Listener listener) {
      this.listener = listener;
    }
  }

  Subscriptions(Redis redis, EngineSettings settings, ScheduledExecutorService timer) {
    this.redis = redis;
    this.keys = redis.keys();
    this.timer = timer;
    this.channelTtlMs = settings.channelTtl().toMillis();
    redis.listening().onMissed(this::lookUpSoon);
  }

  // Channels.

  CompletionStage<Void> add(String channel, Listener listener) {
    var listened = new ListenedChannel(listener);
    channels.put(channel, listened);
    return redis
        .listening()
        .hear(
            keys.live(channel),
            message -> {
              var heard = Heard.of(message, 0);
              listened.newest = heard.place();
              RedisBroker.tell(listener, channel, heard);
            });
  }

  void remove(String channel) {
    if (channels.remove(channel) != null) {
      redis.listening().forget(keys.live(channel));
    }
  }

  // Prefixes. A Cluster has no patterns for what is heard on one primary only: there every
  // publication is told to its partition too, and a node that wants some of them hears all.

  synchronized CompletionStage<Void> addPrefix(String prefix, Listener listener) {
    var first = prefixes.isEmpty();
    var known = prefixes.put(prefix, listener) != null;
    if (redis.listening().sharded()) {
      return first ? hearAll() : CompletableFuture.completedFuture(null);
    }
    var pattern = keys.livePattern(prefix);
    if (!known) {
      patterns.merge(pattern, 1, Integer::sum);
    }
    return redis
        .listening()
        .hearPattern(
            pattern, (channel, message) -> fits(pattern, Keys.channelOf(channel), message));
  }

  synchronized void removePrefix(String prefix) {
    if (prefixes.remove(prefix) == null) {
      return;
    }
    if (redis.listening().sharded()) {
      if (prefixes.isEmpty()) {
        for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
          redis.listening().forget(keys.all(partition));
        }
      }
      return;
    }
    var pattern = keys.livePattern(prefix);
    if (patterns.merge(pattern, -1, Integer::sum) == 0) {
      patterns.remove(pattern);
      redis.listening().forgetPattern(pattern);
    }
  }

  private CompletionStage<Void> hearAll() {
    CompletionStage<Void> all = CompletableFuture.completedFuture(null);
    for (int partition = 0; partition < Keys.PARTITIONS; partition++) {
      var one = redis.listening().hear(keys.all(partition), this::heardOfAll);
      all = all.thenCombine(one, (done, _) -> done);
    }
    return all;
  }

  private void heardOfAll(byte[] message) {
    var channel = Keys.channelOf(Envelope.word(message));
    var heard = Heard.of(message, Envelope.space(message, 0) + 1);
    prefixes.forEach((prefix, listener) -> {
      if (channel.startsWith(prefix)) {
        RedisBroker.tell(listener, channel, heard);
      }
    });
  }

  /** What fits one pattern fits prefixes that are a little longer, or it fits none. */
  private void fits(String pattern, String channel, byte[] message) {
    var heard = Heard.of(message, 0);
    prefixes.forEach((prefix, listener) -> {
      if (channel.startsWith(prefix) && keys.livePattern(prefix).equals(pattern)) {
        RedisBroker.tell(listener, channel, heard);
      }
    });
  }

  // What Pub/Sub may have lost.

  /**
   * What is missed again while a look-up is under way is looked up once that is done: a Cluster
   * says it for each partition, and the same ones may come many times.
   */
  private void lookUpSoon(Collection<Integer> partitions) {
    synchronized (toLookUp) {
      toLookUp.addAll(partitions);
      if (lookingUp) {
        return;
      }
      lookingUp = true;
    }
    lookUpWhatWasMissed();
  }

  private void lookUpWhatWasMissed() {
    Set<Integer> partitions;
    synchronized (toLookUp) {
      if (toLookUp.isEmpty()) {
        lookingUp = false;
        return;
      }
      partitions = Set.copyOf(toLookUp);
      toLookUp.clear();
    }
    var _ = lookUp(partitions).whenComplete((_, _) -> lookUpWhatWasMissed());
  }

  /**
   * Looks up all channels; those that are listened to are in use by that. Never throws: the timer
   * would not come round again.
   */
  void lookUpAll() {
    try {
      var _ = lookUp(null);
    } catch (Throwable failure) {
      LOG.error("channels could not be looked up; they will be again", failure);
    }
  }

  /** Done, with a failure or without, when all were looked up. */
  private CompletableFuture<Void> lookUp(@Nullable Collection<Integer> partitions) {
    var refresh = partitions == null && refreshDue();
    var byPartition = new HashMap<Integer, List<String>>();
    for (var channel : channels.keySet()) {
      var partition = Keys.partition(channel);
      if (partitions == null || partitions.contains(partition)) {
        byPartition.computeIfAbsent(partition, _ -> new ArrayList<>()).add(channel);
      }
    }
    var stages = new ArrayList<CompletableFuture<?>>();
    byPartition.forEach((partition, all) -> {
      for (int i = 0; i < all.size(); i += LOOKED_UP_AT_ONCE) {
        var some = List.copyOf(all.subList(i, Math.min(all.size(), i + LOOKED_UP_AT_ONCE)));
        stages.add(lookUp(partition, some, refresh).toCompletableFuture());
      }
    });
    return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
  }

  private synchronized boolean refreshDue() {
    var now = System.nanoTime();
    if (now - refreshedNs < TimeUnit.MILLISECONDS.toNanos(channelTtlMs / 4)) {
      return false;
    }
    refreshedNs = now;
    return true;
  }

  private CompletionStage<?> lookUp(int partition, List<String> names, boolean refresh) {
    var named = new ArrayList<String>();
    for (var name : names) {
      named.add(keys.stream(name));
      named.add(keys.channel(name));
    }
    return redis
        .run(partition, Script.TOPS, named, args(refresh ? "" + channelTtlMs : ""))
        .whenComplete((reply, failure) -> {
          if (reply == null) {
            LOG.debug("channels will be looked up again", failure);
            return;
          }
          for (int i = 0; i < names.size(); i++) {
            if (Redis.bytes(reply.get(2 * i)).length > 0) {
              compare(
                  names.get(i), Redis.bytes(reply.get(2 * i)), Redis.bytes(reply.get(2 * i + 1)));
            }
          }
        });
  }

  /** What is published this moment may be on its way: it is given time to come by itself. */
  private void compare(String channel, byte[] id, byte[] envelope) {
    var listened = channels.get(channel);
    var place = Place.of(id);
    if (listened != null && missed(listened.newest, place)) {
      timer.schedule(
          () -> tellMissed(channel, listened, place, envelope),
          ON_ITS_WAY_MS,
          TimeUnit.MILLISECONDS);
    }
  }

  private void tellMissed(String channel, ListenedChannel listened, Place place, byte[] envelope) {
    var newest = listened.newest;
    if (channels.get(channel) != listened || !missed(newest, place)) {
      return;
    }
    listened.newest = place;
    RedisBroker.tell(
        listened.listener, channel, new Heard(place, Envelope.item(place.offset(), envelope)));
    if (newest != null) {
      redis.listening().hearAgain(keys.live(channel));
    }
  }

  private static boolean missed(@Nullable Place newest, Place place) {
    return newest == null
        || newest.epoch() < place.epoch()
        || newest.epoch() == place.epoch() && newest.offset() < place.offset();
  }
}
