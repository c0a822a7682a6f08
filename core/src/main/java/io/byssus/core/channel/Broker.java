package io.byssus.core.channel;

import io.byssus.core.Bounds;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Streams of publications: the port of an engine.
 *
 * <p>A channel needs no creation. Within one epoch its offsets count on without holes, and
 * everybody who reads (epoch, offset) reads the same item. The epoch changes when that could not be
 * kept. A channel that was forgotten after long disuse starts anew: its next epoch begins with
 * offset 1 and knows nothing of the one before. An engine that may have lost the end of its
 * channels (a failover) goes on: the next publication opens an epoch whose offsets count on from
 * the top that has survived. What has survived belongs to the new epoch as well, at the same
 * offsets, so a position of an older epoch can be read on from, without a hole, up to where that
 * epoch ended; beyond, its holder has seen what is lost. A channel is in use while it is published
 * to or read, or while some node listens to it (a prefix does not count). Stages complete on any
 * thread and fail only when the outcome is not known.
 */
public interface Broker {
  /**
   * Appends to the history (unless the retention is ephemeral) and hands to the listeners of all
   * nodes, as one step. Publications that one thread issues to one channel keep their order. With a
   * {@code dedupe} key that was used on this channel within the window (5 minutes), ephemeral or
   * not, nothing happens and the first publication's position is the answer.
   */
  CompletionStage<Outcome> publish(String channel, Draft draft, Retention retention);

  /**
   * @param dedupe empty for none; the caller has made it unique for the publisher
   */
  record Draft(Json data, Optional<Sender> from, String dedupe, Durability durability) {}

  /** The answer to a publish; not to be known is a failed stage. */
  sealed interface Outcome {
    /**
     * @param position empty on an ephemeral channel
     */
    record Stored(Optional<Position> position, Durability level, boolean duplicate)
        implements Outcome {}

    /**
     * Surely not stored, nor heard, nor its dedupe key used: {@code DURABILITY_UNAVAILABLE} when
     * the engine cannot be as durable as the draft asks, {@code RATE_LIMITED} when it has no room
     * to remember one more dedupe key.
     */
    record Rejected(ErrorCode code) implements Outcome {}
  }

  /**
   * Makes {@code listener} hear of the channel, from before the stage completes on. One listener a
   * channel and node: a second call replaces it. Delivery is the fast path: in order as far as it
   * goes, but items may be missing or come twice; offsets tell, and {@link #history} has them. What
   * it missed with nothing published after it is noticed by the engine: within 30 seconds the
   * listener hears the newest item again.
   */
  CompletionStage<Void> subscribe(String channel, Listener listener);

  /** What is under way may still be heard. Calls for one channel take effect in their order. */
  void unsubscribe(String channel);

  /**
   * As {@link #subscribe}, for every channel whose name starts with {@code prefix}; at most once.
   * What is published is heard by the channel's listener and by those of all its prefixes.
   */
  CompletionStage<Void> subscribePrefix(String prefix, Listener listener);

  void unsubscribePrefix(String prefix);

  /** Hears publications on any thread, in order for each channel; must neither block nor throw. */
  @FunctionalInterface
  interface Listener {
    /**
     * @param epoch empty, as the item's offset is 0, on an ephemeral channel
     */
    void publication(String channel, String epoch, Item item);
  }

  /**
   * The items after {@code after}, oldest first, as far as the bounds go; without it, the newest
   * that fit. The engine keeps the bounds before it builds the answer, so a page of few bytes costs
   * few bytes, whatever the channel holds.
   *
   * <p>A position that cannot be read on from without a hole gives {@link Recovery.Lost}, and what
   * is there behind the hole: nothing that is kept and that the holder of the position has not seen
   * is skipped. {@code DIVERGED} ahead of the top or of the end of its own epoch: what was stored
   * after that end follows. {@code EPOCH} for an epoch that the present one does not go on from:
   * what was stored since it was lost follows, which is everything in a channel that started anew;
   * where the engine cannot tell any more, everything that is kept. {@code EXPIRED} or {@code
   * TRIMMED} before the oldest kept, by how the newest of the missing went: what is kept follows. A
   * position at the top is complete however old it is, and so is the top of a channel that had no
   * publication yet: reading it begins its epoch.
   *
   * @param bounds may be {@link Bounds#NOTHING}, to be told the places only
   * @param retention not ephemeral: such a channel has no history
   */
  CompletionStage<Page> history(
      String channel, Optional<Position> after, Bounds bounds, Retention retention);

  /**
   * A stretch of a channel without holes. All places are of one epoch, that of all items, though
   * the position that was read on from may be of an older one.
   *
   * @param top where the channel ends now; the page may end before it
   * @param from the place before the first item: the one that was read on from, or behind what is
   *     missing. With no items to come it is the top
   */
  record Page(Position top, Position from, Recovery recovery, List<Item> items) {
    public Page {
      if (!from.epoch().equals(top.epoch()) || from.offset() + items.size() > top.offset()) {
        throw new IllegalArgumentException(
            items.size() + " items after " + from + " of a channel that ends at " + top);
      }
      items = List.copyOf(items);
    }

    /** The place of the last item; {@link #from} when there is none. */
    public Position end() {
      return from.at(from.offset() + items.size());
    }

    /** Whether there is more up to the top. */
    public boolean cut() {
      return end().offset() < top.offset();
    }
  }

  /**
   * A page of the channels whose names begin with {@code prefix} and that have positions: that were
   * published to or read, and are not forgotten yet. Ephemeral ones leave nothing to list. A
   * channel that is there from the first page to the last is on one of them, maybe on two. Each
   * call does bounded work, whatever there is: a page may be short, or empty, and not be the last.
   *
   * @param prefix may be empty
   * @param cursor {@link ChannelList#START}, or what the page before said
   * @param limit at most {@link ChannelList#ROWS_MAX}
   * @throws IllegalArgumentException for a cursor that no page said
   */
  CompletionStage<ChannelList> channels(String prefix, String cursor, int limit);
}
