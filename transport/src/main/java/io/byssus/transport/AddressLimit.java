package io.byssus.transport;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many connections each address holds. An IPv6 customer has a whole /64 network, so that counts
 * as one address. Thread-safe.
 */
final class AddressLimit {
  /** The key of an address that is not counted. */
  static final long EXEMPT = Long.MIN_VALUE;

  private final int max;
  private final boolean loopbackExempt;
  private final ConcurrentHashMap<Long, Integer> connections = new ConcurrentHashMap<>();

  AddressLimit(int max, boolean loopbackExempt) {
    this.max = max;
    this.loopbackExempt = loopbackExempt;
  }

  /** What to {@link #enter} and {@link #leave} with. */
  long key(InetAddress address) {
    if (loopbackExempt && address.isLoopbackAddress()) {
      return EXEMPT;
    }
    var bytes = ByteBuffer.wrap(address.getAddress());
    // IPv4 moves to ::ffff:0:0/96's spelling in 64 bits, where no /64 network of IPv6 is.
    return bytes.remaining() == 4
        ? 0xFFFF_0000_0000L | bytes.getInt() & 0xFFFF_FFFFL
        : bytes.getLong();
  }

  /** False if the address holds as many as it may; then it has not entered. */
  boolean enter(long key) {
    if (key == EXEMPT || connections.merge(key, 1, Integer::sum) <= max) {
      return true;
    }
    leave(key);
    return false;
  }

  void leave(long key) {
    if (key != EXEMPT) {
      connections.computeIfPresent(key, (_, held) -> held == 1 ? null : held - 1);
    }
  }

  /** How many addresses hold any. */
  int addresses() {
    return connections.size();
  }
}
