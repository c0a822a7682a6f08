package io.byssus.tests.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The CPU time of some threads of this JVM, to the nanosecond; neither the collector's nor the
 * compiler's.
 */
record ThreadsCpu(Set<Long> threads) {
  private static final ThreadMXBean JVM = ManagementFactory.getThreadMXBean();

  ThreadsCpu {
    threads = Set.copyOf(threads);
  }

  static ThreadsCpu all() {
    return new ThreadsCpu(new HashSet<>(LongStream.of(JVM.getAllThreadIds()).boxed().toList()));
  }

  ThreadsCpu without(ThreadsCpu others) {
    var rest = new HashSet<>(threads);
    rest.removeAll(others.threads);
    return new ThreadsCpu(rest);
  }

  double micros() {
    return threads.stream().mapToLong(id -> Math.max(0, JVM.getThreadCpuTime(id))).sum() / 1e3;
  }
}
