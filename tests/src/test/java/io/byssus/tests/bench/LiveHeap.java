package io.byssus.tests.bench;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is alive in a JVM after a full collection, by class.
 *
 * @param byClass with the names that the JVM has for arrays and hidden classes
 */
record LiveHeap(long bytes, Map<String, Usage> byClass) {
  private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");
  private static final Pattern TOTAL = Pattern.compile("Total\\s+(\\d+)\\s+(\\d+)\\s*");

  record Usage(long instances, long bytes) {
    static final Usage NONE = new Usage(0, 0);
  }

  static LiveHeap of(long pid) throws IOException {
    Jcmd.run(pid, "GC.run");
    var byClass = new HashMap<String, Usage>();
    var total = -1L;
    for (var line : Jcmd.run(pid, "GC.class_histogram").lines().toList()) {
      var entry = LINE.matcher(line);
      if (entry.matches()) {
        var usage = new Usage(Long.parseLong(entry.group(1)), Long.parseLong(entry.group(2)));
        byClass.merge(
            entry.group(3),
            usage,
            (a, b) -> new Usage(a.instances + b.instances, a.bytes + b.bytes));
      }
      var sum = TOTAL.matcher(line);
      if (sum.matches()) {
        total = Long.parseLong(sum.group(2));
      }
    }
    if (total < 0) {
      throw new IOException("the histogram has no total");
    }
    return new LiveHeap(total, byClass);
  }
}
