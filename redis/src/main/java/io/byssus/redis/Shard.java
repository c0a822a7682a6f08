package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One primary: the connection to it and the one over which it is heard, each of which may be lost
 * and is then made anew. {@link Primaries} writes it, on its thread.
 */
final class Shard {
  /** One that no route leads to lives so long after the last command that was sent to it. */
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(10);

  final Host host;
  private volatile @Nullable Link link;
  private volatile @Nullable PubSubLink pubSub;

  // The control thread's.
  boolean linking;
  boolean synchronizing;
  int failures;
  long nextTryNs;
  @Nullable Link probed;
  long probedNs;
  boolean probing;
  volatile boolean retired;

  /** Whether everything that this node wants to hear has been asked for. */
  boolean inSync;

  /** When this node last said something to itself here, and when it last heard that. */
  long saidNs;

  volatile long heardNs;

  /** When a server last sent a command here; long ago if none ever did. */
  volatile long sentHereNs = System.nanoTime() - IDLE_NS;

  Shard(Host host) {
    this.host = host;
  }

  /** Null while there is none. */
  @Nullable Link link() {
    var current = link;
    return current == null || current.lost() ? null : current;
  }

  @Nullable PubSubLink pubSub() {
    var current = pubSub;
    return current == null || current.lost() ? null : current;
  }

  void link(Link made) {
    link = made;
  }

  void pubSub(PubSubLink made) {
    pubSub = made;
  }

  /** Whether servers send commands here: a slot may be on its way to it. */
  boolean sentToLately(long now) {
    return now - sentHereNs < IDLE_NS;
  }

  /** Whether it takes commands and is heard. */
  boolean whole() {
    return link() != null && pubSub() != null && inSync;
  }

  void close() {
    retired = true;
    var oldLink = link;
    if (oldLink != null) {
      oldLink.lose();
    }
    var oldPubSub = pubSub;
    if (oldPubSub != null) {
      oldPubSub.lose();
    }
  }
}
