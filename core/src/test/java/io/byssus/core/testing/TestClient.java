package io.byssus.core.testing;

import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.core.node.Identity;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Direct;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A client in a test: says one thing at a time, lets the node come to rest, and keeps all that it
 * heard.
 */
public final class TestClient {
  private final TestNode node;
  private final List<ServerMessage> heard = new ArrayList<>();
  private FakeSocket socket = new FakeSocket();
  private Connection connection;
  private Lane lane;
  private long lastId;

  TestClient(TestNode node) {
    this.node = node;
    open(true);
  }

  /** A new socket, on a lane picked by the seed. */
  public TestClient open(boolean local) {
    socket = new FakeSocket();
    var lanes = node.lanes.lanes().all();
    lane = lanes.get(node.random.nextInt(lanes.size()));
    node.lanes.on(
        lane, () -> opened(node.node.open(lane, socket, node.wire, new Peer("127.0.0.1", local))));
    return this;
  }

  /** A new socket of a client that showed this token in the handshake. */
  public TestClient openWith(String token) {
    socket = new FakeSocket();
    lane = node.lanes.lanes().all().getFirst();
    var peer = new Peer("127.0.0.1", true).with(token);
    node.lanes.on(lane, () -> opened(node.node.open(lane, socket, node.wire, peer)));
    return this;
  }

  public Peer peer() {
    return connection.peer();
  }

  private void opened(Connection newest) {
    connection = newest;
    socket.onDrained(() -> newest.lane().execute(newest::drained));
  }

  /** A new socket for an identity; answers all that comes of it. */
  public List<ServerMessage> enter(Identity identity) {
    enterWithoutWaiting(identity);
    node.lanes.settle();
    return hear();
  }

  /** Says something before the node can have let the identity in. */
  public List<ServerMessage> enterAndSay(Identity identity, Command command) {
    enterWithoutWaiting(identity);
    return say(command);
  }

  public void enterWithoutWaiting(Identity identity) {
    socket = new FakeSocket();
    var lanes = node.lanes.lanes().all();
    lane = lanes.get(node.random.nextInt(lanes.size()));
    var peer = new Peer("127.0.0.1", false);
    lane.execute(() -> opened(node.node.open(lane, socket, node.wire, peer, identity)));
  }

  public FakeSocket socket() {
    return socket;
  }

  public long nextId() {
    return ++lastId;
  }

  /** Sends without waiting for anything to happen. */
  public void post(Command command) {
    lane.execute(() -> connection.received(new Decoded.Good(command)));
  }

  /** Sends something that the codec could not read. */
  public List<ServerMessage> babble() {
    lane.execute(
        () -> connection.received(new Decoded.Bad(0, ErrorCode.MALFORMED, "not valid JSON")));
    node.lanes.settle();
    return hear();
  }

  /** Sends, and hears what comes of it. */
  public List<ServerMessage> say(Command command) {
    post(command);
    node.lanes.settle();
    return hear();
  }

  /** What has come since the last time. */
  public List<ServerMessage> hear() {
    var news = socket.readAll();
    heard.addAll(news);
    return news;
  }

  /** The socket breaks: what was under way is lost, the node learns of it. */
  public void cut() {
    hear();
    socket.cut();
    node.lanes.on(lane, () -> connection.gone(CloseCode.GOING_AWAY));
  }

  public void heartbeat() {
    node.lanes.on(lane, connection::heard);
  }

  public void readAgain() {
    socket.readAgain();
    node.lanes.settle();
  }

  /** One that does not read everything takes so many bytes more, and lets the node go on. */
  public void take(long bytes) {
    socket.take(bytes);
    node.lanes.settle();
  }

  // Commands.

  public Connected connect(String user) {
    return connect(user, Set.of(), Map.of());
  }

  public Connected connect(String user, Set<String> tags, Map<String, Json> attributes) {
    return only(Connected.class, say(newcomer(nextId(), user, tags, attributes)));
  }

  /** Whoever comes for a new session, and has no wish. */
  public static Command.Connect newcomer(long id, String user) {
    return newcomer(id, user, Set.of(), Map.of());
  }

  private static Command.Connect newcomer(
      long id, String user, Set<String> tags, Map<String, Json> attributes) {
    return new Command.Connect(
        id, user, Optional.empty(), tags, attributes, Map.of(), Optional.empty(), false, 0);
  }

  public static Command.Connect resume(
      long id,
      String user,
      Connected session,
      Map<String, Position> positions,
      Optional<Long> inbox) {
    var held = new Command.Resume(session.session(), session.resume());
    return resume(id, user, held, positions, inbox);
  }

  public static Command.Connect resume(long id, String user, Command.Resume held) {
    return resume(id, user, held, Map.of(), Optional.empty());
  }

  private static Command.Connect resume(
      long id,
      String user,
      Command.Resume held,
      Map<String, Position> positions,
      Optional<Long> inbox) {
    return new Command.Connect(
        id, user, Optional.of(held), Set.of(), Map.of(), positions, inbox, false, 0);
  }

  /** Resumes on a new socket; answers all that comes of it. */
  public List<ServerMessage> resume(Connected session, Map<String, Position> positions) {
    open(true);
    return say(resume(nextId(), session.user(), session, positions, Optional.empty()));
  }

  public Subscribed subscribe(String channel) {
    return only(Subscribed.class, say(new Command.Subscribe(nextId(), channel, Optional.empty())));
  }

  public List<ServerMessage> publish(String channel, String data) {
    return publish(channel, data, "");
  }

  public List<ServerMessage> publish(String channel, String data, String dedupe) {
    return say(new Command.Publish(nextId(), channel, text(data), dedupe, Durability.ACCEPTED));
  }

  public List<ServerMessage> send(Target target, String data) {
    return say(new Command.Send(nextId(), target, text(data)));
  }

  // What was heard.

  public List<ServerMessage> everything() {
    hear();
    return heard;
  }

  /** The data of all messages of the channel, in the order of their coming. */
  public List<String> messages(String channel) {
    return all(Message.class, everything()).stream()
        .filter(message -> message.channel().equals(channel))
        .map(message -> plain(message.item().data()))
        .toList();
  }

  public List<String> directs() {
    return all(Direct.class, everything()).stream()
        .map(direct -> plain(direct.item().data()))
        .toList();
  }

  public static <T> List<T> all(Class<T> type, List<ServerMessage> messages) {
    return messages.stream().filter(type::isInstance).map(type::cast).toList();
  }

  public static <T> T only(Class<T> type, List<ServerMessage> messages) {
    var found = all(type, messages);
    if (found.size() != 1) {
      throw new AssertionError("wanted one " + type.getSimpleName() + ", heard " + messages);
    }
    return found.getFirst();
  }

  public static ErrorCode error(List<ServerMessage> messages) {
    return only(Failed.class, messages).code();
  }

  public static Json text(String data) {
    return Json.of('"' + data + '"');
  }

  private static String plain(Json json) {
    var text = json.toString();
    return text.substring(1, text.length() - 1);
  }
}
