package io.byssus.server.log;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import org.slf4j.Logger;

/** How many connections the kernel lets the process have: each is a file descriptor. */
public final class FileDescriptors {
  /** With fewer a node is full before anything else of it is. */
  private static final long FEW = 4_096;

  private FileDescriptors() {}

  /** As {@code ulimit -n} says it; empty where nobody knows. */
  static OptionalLong limit() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? OptionalLong.of(unix.getMaxFileDescriptorCount())
        : OptionalLong.empty();
  }

  /** At the start, while it is easy to change. */
  public static void warnIfFew(Logger log) {
    limit().stream()
        .filter(limit -> limit < FEW)
        .forEach(limit ->
            LogEvent.warn(log, "few_file_descriptors")
                .with("limit", limit)
                .say(
                    "ulimit -n is {limit}, and each connection takes a file descriptor: raise it"
                        + " (LimitNOFILE= in systemd) before that many clients connect"));
  }
}
