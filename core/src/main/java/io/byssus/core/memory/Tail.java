package io.byssus.core.memory;

import static java.util.Objects.requireNonNull;

import io.byssus.core.Bounds;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kept end of a stream. Items come at the top and go at the bottom, and offsets count on over
 * both, so an item's place in the ring is the low bits of its offset. Guarded by its owner.
 */
final class Tail {
  private static final @Nullable Kept[] NONE = {};
  private static final int FIRST_LENGTH = 4;

  /** What stands around the data of an item. */
  private static final int ITEM_BYTES = 128;

  private record Kept(Item item, long atNs) {}

  private @Nullable Kept[] ring = NONE;
  private long dropped;
  private long top;
  private long bytes;

  /** The offset of the newest item there ever was, 0: none yet. */
  long top() {
    return top;
  }

  /** The offset of the newest item that is kept no more. */
  long dropped() {
    return dropped;
  }

  int size() {
    return (int) (top - dropped);
  }

  /** Of the data of all kept items. */
  long bytes() {
    return bytes;
  }

  /** About what all of it takes. */
  long weight() {
    return bytes + (long) ITEM_BYTES * size();
  }

  Item append(Json data, Optional<Sender> from, long nowNs) {
    if (size() == ring.length) {
      grow();
    }
    var item = new Item(++top, data, from);
    ring[slot(top)] = new Kept(item, nowNs);
    bytes += data.bytes();
    return item;
  }

  /** The items after {@code offset} that fit, oldest first. */
  List<Item> after(long offset, Bounds bounds) {
    var items = new ArrayList<Item>();
    long sum = 0;
    for (var at = Math.clamp(offset, dropped, top) + 1; at <= top; at++) {
      var item = kept(at).item;
      if (!bounds.fits(items.size(), sum, item.data().bytes())) {
        break;
      }
      sum += item.data().bytes();
      items.add(item);
    }
    return items;
  }

  /** The place before the newest items that fit. */
  long beforeNewest(Bounds bounds) {
    long sum = 0;
    var from = top;
    while (from > dropped && bounds.fits((int) (top - from), sum, kept(from).item.data().bytes())) {
      sum += kept(from).item.data().bytes();
      from--;
    }
    return from;
  }

  /** The next item comes after {@code offset}; what is kept before a leap is dropped. */
  void skipTo(long offset) {
    if (offset > top) {
      dropTo(top);
      top = offset;
      dropped = offset;
    }
  }

  /** Drops what was appended {@code ageNs} ago or earlier; tells whether there was any. */
  boolean dropOlder(long ageNs, long nowNs) {
    var before = dropped;
    while (dropped < top && nowNs - kept(dropped + 1).atNs >= ageNs) {
      dropOldest();
    }
    return dropped > before;
  }

  /** Drops everything up to {@code offset}; tells whether there was any. */
  boolean dropTo(long offset) {
    var before = dropped;
    while (dropped < Math.min(offset, top)) {
      dropOldest();
    }
    return dropped > before;
  }

  private void dropOldest() {
    dropped++;
    bytes -= kept(dropped).item.data().bytes();
    ring[slot(dropped)] = null;
    if (dropped == top) {
      ring = NONE;
    }
  }

  private void grow() {
    var grown = new @Nullable Kept[Math.max(FIRST_LENGTH, 2 * ring.length)];
    for (var at = dropped + 1; at <= top; at++) {
      grown[(int) at & grown.length - 1] = ring[slot(at)];
    }
    ring = grown;
  }

  private Kept kept(long offset) {
    return requireNonNull(ring[slot(offset)]);
  }

  private int slot(long offset) {
    return (int) offset & ring.length - 1;
  }
}
