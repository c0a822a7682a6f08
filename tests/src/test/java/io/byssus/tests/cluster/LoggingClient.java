package io.byssus.tests.cluster;

import io.byssus.tests.cluster.Event.Position;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A client by the book (spec/protocol.md) that writes down what it does and hears. It comes back by
 * itself and resumes, repeats under the same id what was not answered, and drops positions that it
 * has seen only in what it holds, never in what it logs. All of it is guarded by its lock.
 */
final class LoggingClient implements AutoCloseable {
  private static final ObjectMapper JSON = new JsonMapper();
  private static final long TICK_MS = 500;
  private static final long ASK_AFTER_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long DEAD_AFTER_NS = TimeUnit.SECONDS.toNanos(6);
  private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long DELAY_LEAST_MS = 200;
  private static final long DELAY_MOST_MS = 3_000;
  private static final long REPEAT_MS = 250;
  private static final int ACKNOWLEDGE_EACH = 10;

  /** What all clients share. */
  record Means(HttpClient http, ScheduledExecutorService clock, RandomGenerator random) {}

  private final String name;
  private final URI server;
  private final List<String> channels;
  private final boolean withPositions;
  private final Means means;
  private final List<Event.Line> log = new ArrayList<>();
  private final Map<String, Position> positions = new TreeMap<>();
  private final Map<String, String> newest = new HashMap<>();
  private final Map<Long, Command> unanswered = new HashMap<>();
  private final List<Link> past = new ArrayList<>();
  private String session = "";
  private String resume = "";
  private long inbox;
  private long ids;
  private long handled;
  private long n;
  private long delayMs = DELAY_LEAST_MS;
  private Optional<Link> link = Optional.empty();
  private boolean closed;

  LoggingClient(
      String name, URI server, List<String> channels, boolean withPositions, Means means) {
    this.name = name;
    this.server = server;
    this.channels = List.copyOf(channels);
    this.withPositions = withPositions;
    this.means = means;
  }

  /**
   * Something that wants an answer.
   *
   * @param id of what it is about, for the log
   */
  private static final class Command {
    private final ObjectNode said;
    private final String id;
    private boolean unsure;

    Command(ObjectNode said, String id) {
      this.said = said;
      this.id = id;
    }

    String type() {
      return said.path("type").asString();
    }
  }

  // For the test.

  synchronized void start() {
    means.clock().scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    open();
  }

  String name() {
    return name;
  }

  synchronized String session() {
    return session;
  }

  /** Whether it is where it wants to be, with all its subscriptions. */
  synchronized boolean settled() {
    return connected() && positions.keySet().containsAll(channels);
  }

  /** Whether everything that it said was answered. */
  synchronized boolean answered() {
    return connected() && unanswered.isEmpty();
  }

  /** Whether it has this newest publication of a channel, or is not there. */
  synchronized boolean heardLast(String channel, String id) {
    return !channels.contains(channel) || id.equals(newest.get(channel));
  }

  synchronized boolean lostItsSession() {
    return log.stream().anyMatch(line -> line.event() instanceof Event.SessionLost);
  }

  synchronized int publishedCount() {
    return (int) log.stream().filter(line -> line.event() instanceof Event.Published).count();
  }

  /** Connections that it gave up, and that the server has not closed. */
  synchronized int leftOpen() {
    return past.size();
  }

  synchronized Event.Log log() {
    return new Event.Log(name, withPositions, log);
  }

  /** For the message of a test that waits in vain. */
  synchronized String state() {
    return "%s: session %s, %s, at %s, unanswered %s, last %s"
        .formatted(
            name,
            session,
            closed ? "closed" : connected() ? "connected" : "on its way: " + link,
            positions,
            unanswered.values().stream().map(each -> each.said.toString()).toList(),
            log.isEmpty() ? "nothing" : log.getLast().event());
  }

  /** False while an earlier one is not answered: publications of a client keep their order. */
  synchronized boolean publish(String channel, String id, String level) {
    if (!settled() || outstanding("publish")) {
      return false;
    }
    var said = command("publish");
    said.put("channel", channel).put("data", id).put("dedupe", id).put("durability", level);
    note(new Event.Publishing(channel, id));
    say(new Command(said, id));
    return true;
  }

  synchronized boolean send(String to, String id) {
    if (!settled() || outstanding("send")) {
      return false;
    }
    var said = command("send");
    said.putObject("to").put("session", to);
    said.put("data", id);
    note(new Event.Sending(to, id));
    say(new Command(said, id));
    return true;
  }

  synchronized boolean set() {
    if (!settled() || outstanding("set")) {
      return false;
    }
    n++;
    var said = command("set");
    said.putObject("attributes").put("n", n);
    note(new Event.Setting(n));
    say(new Command(said, Long.toString(n)));
    return true;
  }

  synchronized boolean get() {
    if (!settled() || outstanding("get")) {
      return false;
    }
    say(new Command(command("get"), ""));
    return true;
  }

  private boolean outstanding(String type) {
    return unanswered.values().stream().anyMatch(each -> each.type().equals(type));
  }

  @Override
  public synchronized void close() {
    closed = true;
    link.ifPresent(Link::abort);
    past.forEach(Link::abort);
  }

  // The connection.

  private void open() {
    if (closed || link.isPresent()) {
      return;
    }
    var opened = new Link();
    link = Optional.of(opened);
    means
        .http()
        .newWebSocketBuilder()
        .connectTimeout(Duration.ofSeconds(5))
        .buildAsync(server, opened)
        .whenComplete((_, failure) -> {
          if (failure != null) {
            failed(opened, failure);
          }
        });
  }

  private synchronized void failed(Link opened, Throwable failure) {
    note(new Event.NotConnected(failure.toString()));
    ended(opened, 1006);
  }

  private void openAfter(long ms) {
    means.clock().schedule(this::openNow, ms, TimeUnit.MILLISECONDS);
  }

  private synchronized void openNow() {
    open();
  }

  private boolean connected() {
    return link.isPresent() && link.get().connected;
  }

  /** Asks when nothing was heard for a while, and gives up after a longer one. */
  private synchronized void tick() {
    if (closed || link.isEmpty() || link.get().socket == null) {
      return;
    }
    var now = System.nanoTime();
    var open = link.get();
    var silent = now - open.heardNs;
    if (silent > DEAD_AFTER_NS || !open.connected && now - open.openedNs > CONNECT_NS) {
      past.add(open);
      lose(open, 0, backoff());
    } else if (silent > ASK_AFTER_NS) {
      open.say(command("ping"));
    }
  }

  private long backoff() {
    var delay = means.random().nextLong(delayMs);
    delayMs = Math.min(2 * delayMs, DELAY_MOST_MS);
    return delay;
  }

  private synchronized void ended(Link which, int code) {
    if (link.isEmpty() || link.get() != which || closed) {
      past.remove(which);
      return;
    }
    var comesBack =
        code >= 4000 && code < 4400
            || code == 1001
            || code == 1005
            || code == 1006
            || code >= 1011 && code <= 1014;
    if (code == 4403) {
      forgetSession("resume_refused");
      comesBack = true;
    }
    if (comesBack) {
      lose(which, code, which.comeBackMs >= 0 ? which.comeBackMs : backoff());
    } else {
      note(new Event.Closed(code));
      link = Optional.empty();
      closed = true;
    }
  }

  private void lose(Link which, int code, long delay) {
    if (which.connected) {
      note(new Event.Closed(code));
    }
    link = Optional.empty();
    for (var command : List.copyOf(unanswered.values())) {
      command.unsure = true;
      if (command.type().equals("send")) {
        unanswered.values().remove(command); // perhaps; a repetition would be another message
      }
    }
    openAfter(delay);
  }

  private void forgetSession(String code) {
    note(new Event.SessionLost(code));
    session = "";
    resume = "";
    inbox = 0;
    positions.clear();
    newest.clear();
  }

  private void note(Event event) {
    log.add(new Event.Line(System.nanoTime(), event));
  }

  // What it says.

  private static ObjectNode command(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private void hello(Link to) {
    var said = command("connect").put("id", ++ids);
    if (session.isEmpty()) {
      said.putObject("attributes").put("name", name);
    } else {
      said.put("session", session).put("resume", resume);
      if (withPositions) {
        var all = said.putObject("positions");
        positions.forEach((channel, position) -> all.set(channel, json(position)));
        said.put("inbox", inbox);
      }
    }
    to.say(said);
  }

  private static ObjectNode json(Position position) {
    return JSON.createObjectNode().put("epoch", position.epoch()).put("offset", position.offset());
  }

  private void say(Command command) {
    var id = ++ids;
    unanswered.put(id, command);
    command.said.put("id", id);
    link.orElseThrow().say(command.said);
  }

  /** After a while, or with the next connection. Until then it counts as not answered. */
  private void sayAgainSoon(Command command) {
    var waiting = - ++ids;
    unanswered.put(waiting, command);
    means.clock().schedule(() -> sayAgain(waiting), REPEAT_MS, TimeUnit.MILLISECONDS);
  }

  private synchronized void sayAgain(long waiting) {
    if (connected()) {
      Optional.ofNullable(unanswered.remove(waiting)).ifPresent(this::say);
    }
  }

  // What it hears.

  private synchronized void heard(Link from, String text) {
    var message = JSON.readTree(text);
    var type = message.path("type").asString();
    if (link.isEmpty() || link.get() != from) {
      if (connected() && (type.equals("message") || type.equals("direct"))) {
        note(new Event.FromThePast(text));
      }
      return;
    }
    from.heardNs = System.nanoTime();
    switch (type) {
      case "connected" -> connected(from, message);
      case "subscribed" -> subscribed(message);
      case "message" -> message(message);
      case "gap" -> gap(message);
      case "direct" -> direct(message);
      case "degraded" -> note(new Event.Degraded(message.path("active").asBoolean()));
      case "reconnect" -> from.comeBackMs = message.path("afterMs").asLong();
      case "published", "sent", "attributes" -> answer(message);
      case "error" -> error(from, message);
      default -> {} // pong, and what a later version says
    }
  }

  private void connected(Link from, JsonNode message) {
    from.connected = true;
    delayMs = DELAY_LEAST_MS;
    session = message.path("session").asString();
    resume = message.path("resume").asString();
    var resumed = message.path("resumed").asBoolean();
    note(new Event.Connected(session, resumed, message.path("node").asString()));
    if (!resumed) {
      for (var channel : channels) {
        from.say(command("subscribe").put("id", ++ids).put("channel", channel));
      }
    } else {
      channels.stream()
          .filter(channel -> !positions.containsKey(channel))
          .forEach(
              channel -> from.say(command("subscribe").put("id", ++ids).put("channel", channel)));
      from.say(command("get").put("id", ++ids));
    }
    var again = List.copyOf(unanswered.values());
    unanswered.clear();
    again.forEach(this::say);
  }

  private void subscribed(JsonNode message) {
    var channel = message.path("channel").asString();
    var recovered =
        message.has("recovered")
            ? Optional.of(message.path("recovered").asBoolean())
            : Optional.<Boolean>empty();
    var missed = message.path("missed").asLong(0);
    note(
        new Event.Subscribed(
            channel, position(message), recovered, message.path("reason").asString(""), missed));
    if (missed == 0 || !recovered.orElse(false)) {
      position(message).ifPresent(position -> positions.put(channel, position));
    } else if (!withPositions) {
      var from = position(message).orElseThrow().offset() - missed;
      positions.computeIfPresent(channel, (_, mine) -> new Position(mine.epoch(), from));
    }
  }

  private static Optional<Position> position(JsonNode message) {
    var position = message.path("position");
    return position.isObject()
        ? Optional.of(
            new Position(position.path("epoch").asString(), position.path("offset").asLong()))
        : Optional.empty();
  }

  private void message(JsonNode message) {
    var channel = message.path("channel").asString();
    var offset = message.path("offset").asLong();
    var id = message.path("data").asString();
    note(new Event.Message(channel, offset, id));
    var mine = positions.get(channel);
    if (mine == null || offset <= mine.offset()) {
      return;
    }
    var here = new Position(mine.epoch(), offset);
    positions.put(channel, here);
    newest.put(channel, id);
    if (++handled % ACKNOWLEDGE_EACH == 0) {
      link.orElseThrow().say(command("ack").put("channel", channel).set("position", json(here)));
    }
  }

  private void gap(JsonNode message) {
    var channel = message.path("channel").asString("");
    var reason = message.path("reason").asString();
    note(new Event.Gap(channel, reason, position(message)));
    position(message).ifPresent(position -> positions.put(channel, position));
    if (channel.isEmpty() && reason.equals("diverged")) {
      inbox = 0;
    }
  }

  private void direct(JsonNode message) {
    var offset = message.path("offset").asLong();
    note(new Event.Direct(offset, message.path("data").asString()));
    inbox = Math.max(inbox, offset);
    if (++handled % 2 == 0) {
      link.orElseThrow().say(command("ack").put("offset", inbox));
    }
  }

  private void answer(JsonNode message) {
    var command = unanswered.remove(message.path("id").asLong());
    if (message.path("type").asString().equals("attributes")) {
      attributes(command, message);
    }
    if (command == null) {
      return;
    }
    switch (command.type()) {
      case "publish" ->
          note(
              new Event.Published(
                  command.said.path("channel").asString(),
                  command.id,
                  message.path("level").asString(),
                  position(message).orElseThrow()));
      case "send" ->
          note(new Event.Sent(command.said.path("to").path("session").asString(), command.id));
      default -> {}
    }
  }

  private void attributes(Command command, JsonNode message) {
    if (command != null && command.type().equals("set")) {
      note(new Event.Set(Long.parseLong(command.id)));
    }
    var all = new TreeMap<String, String>();
    message
        .path("attributes")
        .properties()
        .forEach(each -> all.put(each.getKey(), each.getValue().asString()));
    note(new Event.Attributes(all));
  }

  private void error(Link from, JsonNode message) {
    var code = message.path("code").asString();
    if (!from.connected) {
      notConnected(from, code);
      return;
    }
    var command = unanswered.remove(message.path("id").asLong());
    if (command == null) {
      note(new Event.Refused("", code));
    } else if (command.type().equals("send")) {
      if (!code.equals("unknown")) {
        note(new Event.Refused(command.id, code));
      }
    } else if (message.path("retryable").asBoolean()) {
      command.unsure |= code.equals("unknown");
      sayAgainSoon(command);
    } else if (!command.unsure) {
      note(new Event.Refused(command.id, code));
    }
  }

  private void notConnected(Link from, String code) {
    if (code.equals("session_expired")) {
      forgetSession(code);
      hello(from);
    } else if (!code.equals("resume_refused")) {
      note(new Event.NotConnected(code));
      from.abort();
      lose(from, 0, backoff());
    }
  }

  /** One connection. */
  private final class Link implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private CompletableFuture<WebSocket> sent = new CompletableFuture<>();
    private WebSocket socket;
    private boolean connected;
    private long openedNs;
    private long heardNs;
    private long comeBackMs = -1;

    @Override
    public void onOpen(WebSocket opened) {
      synchronized (LoggingClient.this) {
        socket = opened;
        openedNs = System.nanoTime();
        heardNs = openedNs;
        sent.complete(opened);
        if (closed) {
          opened.abort();
        } else {
          hello(this);
        }
      }
      opened.request(1);
    }

    void say(ObjectNode message) {
      var line = message.toString();
      sent = sent.thenCompose(open -> open.sendText(line, true));
    }

    void abort() {
      if (socket != null) {
        socket.abort();
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        var whole = text.toString();
        text.setLength(0);
        heard(this, whole);
      }
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      ended(this, code);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      ended(this, 1006);
    }
  }
}
