package io.byssus.tools.trial;

import io.byssus.tools.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * A Redis, some nodes and an nginx before them, each a process of this machine that only this
 * machine can reach. Whoever tries it out may kill any of them; the others go on, and it is told.
 */
public final class TrialCluster implements AutoCloseable {
  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 5;
  private static final long POLL_MS = 50;
  private static final int ANSWER_MS = 2_000;

  private final Plan plan;
  private final Terminal terminal;
  private final NodeCommand command;
  private final Executables executables;
  private final Ports ports;
  private final Path folder;
  private final List<Child> nodes = new ArrayList<>();
  private final List<Integer> nodePorts = new ArrayList<>();
  private final List<Integer> apiPorts = new ArrayList<>();
  private final List<Child> others = new ArrayList<>();
  private final LinkedBlockingQueue<Optional<Child>> ended = new LinkedBlockingQueue<>();
  private String engine = "";
  private boolean proxied;
  private int port;

  private TrialCluster(
      Plan plan,
      Terminal terminal,
      NodeCommand command,
      Map<String, String> environment,
      IntFunction<Optional<String>> portHolder)
      throws IOException {
    this.plan = plan;
    this.terminal = terminal;
    this.command = command;
    this.executables = new Executables(environment, command.sources());
    this.ports = new Ports(portHolder);
    this.folder = Files.createTempDirectory("byssus-cluster-");
  }

  /**
   * Starts one, tells where it is, and returns when {@code asked} is done and all is stopped, or
   * when nothing is left of it.
   *
   * @param main the class that this program begins with; its nodes begin there too
   * @param portHolder the process that listens on a port, in words, if that can be known
   * @return whether it could be started
   */
  public static boolean run(
      Plan plan,
      Terminal terminal,
      Class<?> main,
      Map<String, String> environment,
      IntFunction<Optional<String>> portHolder,
      CompletableFuture<Void> asked)
      throws IOException, InterruptedException {
    try (var cluster =
        new TrialCluster(plan, terminal, new NodeCommand(main), environment, portHolder)) {
      asked.thenRun(() -> cluster.ended.add(Optional.empty()));
      cluster.start(asked);
      cluster.watch();
      return true;
    } catch (TrialFailure e) {
      if (asked.isDone()) {
        return true;
      }
      terminal.complain(String.valueOf(e.getMessage()));
      return false;
    }
  }

  // The start.

  private void start(CompletableFuture<Void> asked) throws TrialFailure, InterruptedException {
    var nginx = executables.nginx();
    port = ports.take(plan.port());
    for (var i = 1; i <= plan.nodes(); i++) {
      nodePorts.add(ports.take(plan.port() == 0 ? 0 : plan.port() + i));
      apiPorts.add(ports.take(plan.port() == 0 ? 0 : plan.port() + Plan.API_PORTS + i));
    }
    engine = plan.engine().isPresent() ? plan.engine().get() : startRedis(asked);
    for (var i = 0; i < plan.nodes(); i++) {
      nodes.add(startNode("n" + (i + 1), nodePorts.get(i), apiPorts.get(i)));
    }
    for (var i = 0; i < plan.nodes(); i++) {
      awaitReady(nodes.get(i), nodePorts.get(i), asked);
    }
    if (nginx.isPresent()) {
      var child = Nginx.start(nginx.get(), folder, port, nodePorts);
      others.add(child);
      awaitReady(child, port, asked);
      proxied = true;
    }
    tell();
    for (var child : children()) {
      child.process().onExit().thenRun(() -> ended.add(Optional.of(child)));
    }
  }

  private String startRedis(CompletableFuture<Void> asked)
      throws TrialFailure, InterruptedException {
    var redisPort = ports.take(0);
    var redis =
        Child.start(
            "redis",
            folder,
            Map.of(),
            List.of(
                executables.redis().toString(),
                "--port",
                Integer.toString(redisPort),
                "--bind",
                "127.0.0.1",
                "--appendonly",
                "yes",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction",
                "--daemonize",
                "no"));
    others.add(redis);
    await(redis, asked, () -> answersPing(redisPort));
    return "redis://127.0.0.1:" + redisPort;
  }

  private static boolean answersPing(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(ANSWER_MS);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException e) {
      return false; // not yet
    }
  }

  private Child startNode(String name, int nodePort, int apiPort) throws TrialFailure {
    return Child.start(
        name, folder, Map.of("BYSSUS_ENGINE", engine), command.serve(name, nodePort, apiPort));
  }

  private void awaitReady(Child child, int at, CompletableFuture<Void> asked)
      throws TrialFailure, InterruptedException {
    await(child, asked, () -> ready(at));
  }

  private static boolean ready(int port) {
    try {
      var url = URI.create("http://127.0.0.1:" + port + "/health/ready").toURL();
      var connection = (HttpURLConnection) url.openConnection();
      connection.setConnectTimeout(ANSWER_MS);
      connection.setReadTimeout(ANSWER_MS);
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        return false;
      }
      try (InputStream body = connection.getInputStream()) {
        body.readAllBytes();
      }
      return true;
    } catch (IOException e) {
      return false; // not yet
    }
  }

  private interface Sign {
    boolean seen();
  }

  private void await(Child child, CompletableFuture<Void> asked, Sign sign)
      throws TrialFailure, InterruptedException {
    var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!sign.seen()) {
      if (asked.isDone()) {
        throw new TrialFailure("stopped before it had started");
      }
      if (!child.alive()) {
        throw new TrialFailure(
            child.name() + " does not start (" + child.how() + "):" + quoted(child));
      }
      if (System.nanoTime() - until > 0) {
        throw new TrialFailure(
            child.name() + " does not answer after " + START_SECONDS + " s:" + quoted(child));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private static String quoted(Child child) {
    return "\n  " + String.join("\n  ", child.lastWords()) + "\n  " + child.log();
  }

  // What it is, for a person.

  private void tell() {
    terminal.say("");
    terminal.say(
        "  "
            + terminal.bold("Byssus")
            + terminal.dim(
                "   %d nodes · %s%s".formatted(plan.nodes(), shown(), proxied ? " · nginx" : "")));
    terminal.say("");
    if (proxied) {
      row("Demo", terminal.bold(url("http", port, "/")) + terminal.dim("   any node, by turns"));
      row("WebSocket", terminal.bold(url("ws", port, "/ws")));
    } else {
      terminal.say("  No nginx was found, so each node has its own address and a page stays");
      terminal.say(
          "  with its node. With nginx all share one address: apt-get install nginx-light");
    }
    row("HTTP API", terminal.bold(url("http", apiPorts.getFirst(), "/api/v1/nodes")));
    terminal.say("");
    for (var i = 0; i < nodes.size(); i++) {
      row(nodes.get(i).name(), url("http", nodePorts.get(i), "/"), nodes.get(i));
    }
    for (var child : others) {
      row(child.name(), child.name().equals("redis") ? shown() : "", child);
    }
    terminal.say("");
    terminal.say(
        "  Open the demo in two tabs, kill the node that one of them is connected to, and");
    terminal.say(
        "  keep writing in the other: the first reconnects to another node and misses nothing.");
    terminal.say("");
    terminal.say("  Logs and data  " + folder);
    terminal.say("  Ctrl-C ends all of these processes.");
    terminal.say("");
  }

  private String shown() {
    return plan.engine().isPresent() ? "your Redis" : engine;
  }

  private void row(String name, String text) {
    terminal.say("  %-13s  %s".formatted(name, text));
  }

  private void row(String name, String text, Child child) {
    row(name, "%-26s  %s".formatted(text, terminal.red("kill -9 " + child.pid())));
  }

  private static String url(String scheme, int port, String path) {
    return scheme + "://localhost:" + port + path;
  }

  // While it runs.

  private void watch() throws InterruptedException {
    for (var next = ended.take(); next.isPresent(); next = ended.take()) {
      var child = next.get();
      terminal.say(
          "  "
              + terminal.red(child.name() + " is gone")
              + " ("
              + child.how()
              + "): "
              + fate(child));
      if (children().stream().noneMatch(Child::alive)) {
        terminal.say("  Nothing is left.");
        return;
      }
    }
  }

  private String fate(Child child) {
    if (child.name().equals("nginx")) {
      return "clients reach the nodes only by their own addresses now.";
    }
    if (child.name().equals("redis")) {
      return "connections stay, and clients are told that the node is degraded. To start it again:"
          + "\n\n    (cd %s && %s)\n".formatted(folder, forShell(child.command()));
    }
    var left = nodes.stream().filter(Child::alive).count();
    if (left == 0) {
      return "there is no node left to come back to.";
    }
    return "its clients come back on the %s left. To start it again:\n\n    %s\n"
        .formatted(left == 1 ? "one" : left + " that are", again(child));
  }

  private static String forShell(List<String> command) {
    return command.stream()
        .map(word -> word.isEmpty() ? "''" : word)
        .collect(Collectors.joining(" "));
  }

  private String again(Child node) {
    var at = nodes.indexOf(node);
    var address = plan.engine().isPresent() ? "" : " --engine " + engine;
    return "./byssus "
        + String.join(" ", NodeCommand.options(node.name(), nodePorts.get(at), apiPorts.get(at)))
        + address;
  }

  private List<Child> children() {
    var all = new ArrayList<>(nodes);
    all.addAll(others);
    return all;
  }

  /** Ends what is left: the nodes first, since they have something to tell the others. */
  @Override
  public void close() {
    try {
      end(nodes);
      end(others);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      children().forEach(child -> child.process().destroyForcibly());
    }
  }

  /** Asks each once: a second signal would cut a node short. */
  private static void end(List<Child> together) throws InterruptedException {
    together.forEach(Child::askToEnd);
    for (var child : together) {
      child.end(STOP_SECONDS);
    }
  }
}
