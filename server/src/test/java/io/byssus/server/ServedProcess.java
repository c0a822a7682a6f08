package io.byssus.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The program in a process of its own, as an operator runs it. */
final class ServedProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern ADDRESS = Pattern.compile("ws://(?:localhost|\\[::1]):(\\d+)/ws");

  private static final Pattern API = Pattern.compile("http://(?:localhost|\\[::1]):(\\d+)/api/v1");

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final CompletableFuture<Integer> apiPort = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private ServedProcess(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::read);
  }

  static ServedProcess start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  static ServedProcess start(Map<String, String> environment, String... arguments)
      throws IOException {
    return start("DEFAULT", environment, arguments);
  }

  /** As the background of a script has it: without job control, a shell lets it ignore SIGINT. */
  static ServedProcess startInTheBackground(String... arguments) throws IOException {
    return start("IGNORE", Map.of(), arguments);
  }

  /** Under {@code ulimit -n}. */
  static ServedProcess startWithFiles(int most, String... arguments) throws IOException {
    return start(
        "DEFAULT",
        List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"),
        Map.of(),
        arguments);
  }

  /**
   * @param interrupt what SIGINT is to the program. A JVM leaves it ignored where it was, and so it
   *     is to the tests themselves if they run in the background of a script.
   */
  private static ServedProcess start(
      String interrupt, Map<String, String> environment, String... arguments) throws IOException {
    return start(interrupt, List.of(), environment, arguments);
  }

  private static ServedProcess start(
      String interrupt, List<String> before, Map<String, String> environment, String... arguments)
      throws IOException {
    var command = new ArrayList<>(before);
    command.addAll(
        List.of(
            "perl",
            "-e",
            "$SIG{INT} = '" + interrupt + "'; exec {$ARGV[0]} @ARGV or die $!",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "io.byssus.server.Main"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("BYSSUS_"));
    builder.environment().putAll(environment);
    return new ServedProcess(builder.start());
  }

  private void read() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
        heard(line);
      }
    } catch (IOException e) {
      heard("(" + e + ")");
    }
    port.completeExceptionally(new IllegalStateException("it ended: " + output()));
    apiPort.completeExceptionally(new IllegalStateException("it ended: " + output()));
    ended.complete(null);
  }

  private synchronized void heard(String line) {
    lines.add(line);
    Matcher address = ADDRESS.matcher(line);
    if (address.find()) {
      port.complete(Integer.parseInt(address.group(1)));
    }
    Matcher api = API.matcher(line);
    if (api.find()) {
      apiPort.complete(Integer.parseInt(api.group(1)));
    }
  }

  /** Once it serves. */
  int port() throws Exception {
    return port.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Of its API, once it serves. */
  int apiPort() throws Exception {
    return apiPort.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  long pid() {
    return process.pid();
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Until it has written a line with {@code part} in it. */
  void await(String part) {
    Awaitility.await().atMost(PATIENCE).until(() -> output().contains(part) || ended.isDone());
    if (!output().contains(part)) {
      throw new AssertionError("it never wrote " + part + ": " + output());
    }
  }

  /** Once it has ended. */
  int exitCode() throws Exception {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new TimeoutException("it does not end: " + output());
    }
    ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return process.exitValue();
  }

  synchronized String output() {
    return String.join("\n", lines);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
