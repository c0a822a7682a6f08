package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import org.jspecify.annotations.Nullable;

/**
 * One primary: the connection to it and the one over which it is heard, each of which may be lost
 * and is then made anew. {@link Primaries} writes it, on its thread.
 */
final class Shard {
  final Host host;
  private volatile @Nullable Link link;
  private volatile @Nullable Ears ears;

  // The control thread's.
  boolean linking;
  boolean attuning;
  int failures;
  long nextTryNs;
  @Nullable Link probed;
  long probedNs;
  boolean probing;
  volatile boolean retired;

  /** Whether everything that this node wants to hear has been asked for. */
  boolean attuned;

  /** When this node last said something to itself here, and when it last heard that. */
  long saidNs;

  volatile long heardNs;

  Shard(Host host) {
    this.host = host;
  }

  /** Null while there is none. */
  @Nullable Link link() {
    var current = link;
    return current == null || current.lost() ? null : current;
  }

  @Nullable Ears ears() {
    var current = ears;
    return current == null || current.lost() ? null : current;
  }

  void link(Link made) {
    link = made;
  }

  void ears(Ears made) {
    ears = made;
  }

  /** Whether it takes commands and is heard. */
  boolean whole() {
    return link() != null && ears() != null && attuned;
  }

  void close() {
    retired = true;
    var oldLink = link;
    if (oldLink != null) {
      oldLink.lose();
    }
    var oldEars = ears;
    if (oldEars != null) {
      oldEars.lose();
    }
  }
}
