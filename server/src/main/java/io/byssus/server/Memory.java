package io.byssus.server;

import io.byssus.core.Budget;
import io.byssus.core.Budgets;
import io.byssus.core.NodeObserver;
import io.byssus.server.settings.MemoryConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;

/**
 * Gives clients their parts of the memory that the JVM has: of the heap for what is kept, and of
 * direct memory for what is sent and received.
 */
final class Memory {
  /** What the program has on the heap before the first client comes. */
  private static final long PROGRAM_BYTES = 24 << 20;

  private static final int WHOLE = 100;

  private Memory() {}

  static Budgets shared(MemoryConfig shares, NodeObserver observer) {
    return shared(
        shares, Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory(), observer);
  }

  static Budgets shared(
      MemoryConfig shares, long heapBytes, long directBytes, NodeObserver observer) {
    var forClients = Math.max(heapBytes - PROGRAM_BYTES, heapBytes / 4);
    return new Budgets(
        new Budget(
            "sending",
            part(shares.sending(), directBytes),
            observer,
            () -> usedDirect() > directBytes / 2),
        new Budget("sessions", part(shares.sessions(), forClients), observer),
        new Budget("histories", part(shares.histories(), forClients), observer),
        new Budget("inboxes", part(shares.inboxes(), forClients), observer));
  }

  private static long part(int percent, long of) {
    return Math.max(1, of / WHOLE * percent);
  }

  /** What the allocator has taken from the machine, whether it is in use or not. */
  private static long usedDirect() {
    return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
        ? provider.metric().usedDirectMemory()
        : Long.MAX_VALUE;
  }
}
