package io.byssus.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the CPU time of a JVM goes, from its flight recorder: the frames on top of the stacks, and
 * those anywhere in them. Time in the kernel counts for the Java frame that called it.
 */
final class HotFrames {
  private static final int ROWS = 25;

  private HotFrames() {}

  static String of(Home home, ServerProcess server, Runnable load) throws IOException {
    var file = home.output().resolve(server.name() + ".jfr");
    Jcmd.run(
        server.pid(),
        "JFR.start",
        "name=bench",
        "settings=none",
        "+jdk.CPUTimeSample#enabled=true",
        "+jdk.CPUTimeSample#throttle=1ms");
    load.run();
    Jcmd.run(server.pid(), "JFR.stop", "name=bench", "filename=" + file);
    return "\n#### CPU of " + server.name() + "\n\n" + table(file);
  }

  private static String table(Path file) throws IOException {
    var top = new HashMap<String, Integer>();
    var anywhere = new HashMap<String, Integer>();
    var threads = new HashMap<String, Integer>();
    var samples = 0;
    try (var recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        var event = recording.readEvent();
        if (!event.getEventType().getName().equals("jdk.CPUTimeSample")) {
          continue;
        }
        samples++;
        var thread = event.getThread("eventThread");
        threads.merge(thread == null ? "?" : thread.getJavaName() + "", 1, Integer::sum);
        RecordedStackTrace stack = event.getStackTrace();
        if (stack == null || stack.getFrames().isEmpty()) {
          top.merge("(no Java frame)", 1, Integer::sum);
          continue;
        }
        var frames = stack.getFrames();
        top.merge(name(frames.getFirst()), 1, Integer::sum);
        new HashSet<>(frames.stream().map(HotFrames::name).toList())
            .forEach(name -> anywhere.merge(name, 1, Integer::sum));
      }
    }
    return samples
        + " samples\n\n"
        + table("thread", threads, samples, 8)
        + table("on top of the stack", top, samples, ROWS)
        + table("anywhere in the stack", anywhere, samples, 2 * ROWS);
  }

  private static String name(RecordedFrame frame) {
    var method = frame.getMethod();
    return method.getType().getName().replaceFirst("^.*\\.(?=\\w+\\.\\w)", "")
        + "."
        + method.getName();
  }

  private static String table(String title, Map<String, Integer> counts, int samples, int rows) {
    var table = new StringBuilder("| share | " + title + " |\n| --: | --- |\n");
    List<Map.Entry<String, Integer>> sorted =
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(rows)
            .toList();
    for (var entry : sorted) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %.1f %% | `%s` |%n",
              100.0 * entry.getValue() / samples,
              entry.getKey()));
    }
    return table.append('\n').toString();
  }
}
