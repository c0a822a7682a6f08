package io.byssus.tests.bench;

import io.byssus.redis.testing.RedisProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The program of that name, sending one command again and again, 32 under way. */
final class RedisBenchmark {
  private static final String PROGRAM = "redis-benchmark";
  private static final Pattern RATE = Pattern.compile("([\\d.]+) requests per second");
  private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9a-f]{2}|.)");
  private static final int PATIENCE_MS = 10_000;

  private final RedisProcess redis;
  private final List<String> command;

  RedisBenchmark(RedisProcess redis, List<String> command) {
    this.redis = redis;
    this.command = List.copyOf(command);
  }

  static boolean isHere() {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, PROGRAM)));
  }

  /** How many a second Redis did. */
  double run(long count) throws IOException {
    var all = new ArrayList<>(List.of(PROGRAM, "-p", Integer.toString(redis.port()), "-q"));
    all.addAll(List.of("-P", "32", "-c", "1", "-n", Long.toString(count)));
    all.addAll(command);
    var process = new ProcessBuilder(all).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return RATE.matcher(said)
        .results()
        .reduce((_, last) -> last)
        .map(rate -> Double.parseDouble(rate.group(1)))
        .orElseThrow(() -> new IOException(PROGRAM + ": " + said));
  }

  /**
   * The first script with so many keys that Redis is sent while {@code asking} runs, word by word:
   * what a client really sends, and nothing that would have to be kept like it.
   */
  static List<String> overheard(RedisProcess redis, int keys, Runnable asking) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
      socket.setSoTimeout(PATIENCE_MS);
      socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
      var lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      lines.readLine(); // OK: from here on it hears everything
      asking.run();
      while (true) {
        var line = Optional.ofNullable(lines.readLine());
        var words = WORD.matcher(line.orElseThrow()).results().map(word -> plain(word.group(1)));
        var command = words.toList();
        if (command.getFirst().equalsIgnoreCase("evalsha")
            && command.get(2).equals(Integer.toString(keys))) {
          return command;
        }
      }
    }
  }

  private static String plain(String word) {
    return ESCAPE
        .matcher(word)
        .replaceAll(escape -> {
          var code = escape.group(1);
          var character =
              code.length() == 3 ? (char) Integer.parseInt(code.substring(1), 16) : code.charAt(0);
          return Matcher.quoteReplacement(String.valueOf(character));
        });
  }
}
