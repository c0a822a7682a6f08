package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.JsonCodec;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * A server that says what a test tells it to, a client that talks to it, and the time of both.
 * Texts are JSON with ' for ".
 */
final class ScriptedServer implements Transport {
  final SteppedLane lane = new SteppedLane();
  final List<Line> lines = new ArrayList<>();
  final List<ClientEvent> events = new ArrayList<>();
  double random = 0.5;
  private Client client;

  static ScriptedServer start() {
    return start(builder -> builder);
  }

  static ScriptedServer start(UnaryOperator<ClientBuilder> options) {
    return start(Runnable::run, options);
  }

  /**
   * @param handlers where handlers run
   */
  static ScriptedServer start(Executor handlers, UnaryOperator<ClientBuilder> options) {
    var server = new ScriptedServer();
    var builder = new ClientBuilder(URI.create("ws://scripted/ws"));
    builder.lane = () -> server.lane;
    builder.transport = _ -> server;
    builder.random = () -> server.random;
    builder.background = Runnable::run;
    builder.storing = Duration.ZERO;
    builder.executor(handlers);
    server.client = new Client(options.apply(builder));
    server.client.on(ClientEvent.class, server.events::add);
    server.client.start();
    server.lane.settle();
    return server;
  }

  Client client() {
    return client;
  }

  @Override
  public Socket open(URI server, Listener listener) {
    var line = new Line(listener);
    lines.add(line);
    return line;
  }

  // The usual.

  static final String CONNECTED =
      "{'type':'connected','id':%d,'session':'%s','resume':'%s','node':'n1','resumed':%s,'ttl':1800,"
          + "'heartbeat':{'interval':30,'timeout':10},'maxMessage':65536}";

  /** The first connect of the client, answered. */
  Line connected() {
    return line().opened().connected("s1", "r1", false);
  }

  /** The wait is over, and the session is resumed. */
  Line resumed() {
    comesBack();
    return line().opened().connected("s1", "r2", true);
  }

  /** The wait is over. */
  void comesBack() {
    assertThat(client.state()).isEqualTo(ClientState.WAITING);
    lane.advance(lastChange().delay());
  }

  /** The newest. */
  Line line() {
    return lines.getLast();
  }

  void passes(Duration duration) {
    lane.advance(duration);
  }

  <E extends ClientEvent> List<E> events(Class<E> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  ClientEvent.StateChanged lastChange() {
    return events(ClientEvent.StateChanged.class).getLast();
  }

  /** One connection, as the server sees it. */
  final class Line implements Socket {
    private final Listener listener;
    private final List<Command> heard = new ArrayList<>();
    private boolean closed;
    private boolean aborted;

    Line(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void send(String text) {
      for (var line : new JsonCodec().commands(text.getBytes(UTF_8))) {
        assertThat(line).isInstanceOf(Decoded.Good.class);
        heard.add(((Decoded.Good) line).command());
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public void abort() {
      aborted = true;
    }

    boolean gone() {
      return closed || aborted;
    }

    Line opened() {
      lane.execute(listener::onOpen);
      lane.settle();
      return this;
    }

    Line connected(String session, String resume, boolean resumed) {
      var id = last(Command.Connect.class).id();
      return says(CONNECTED.formatted(id, session, resume, resumed));
    }

    Line says(String text) {
      lane.execute(() -> listener.onText(text.replace('\'', '"')));
      lane.settle();
      return this;
    }

    Line lives() {
      lane.execute(listener::onSignOfLife);
      lane.settle();
      return this;
    }

    Line breaks() {
      return closes(Transport.BROKEN, "");
    }

    Line closes(int code, String reason) {
      lane.execute(() -> listener.onClose(code, reason));
      lane.settle();
      return this;
    }

    <C extends Command> List<C> all(Class<C> kind) {
      return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <C extends Command> C last(Class<C> kind) {
      assertThat(all(kind)).as("%s among %s", kind.getSimpleName(), heard).isNotEmpty();
      return all(kind).getLast();
    }

    Line message(String channel, long offset) {
      return says(
          "{'type':'message','channel':'%s','offset':%d,'data':%d}"
              .formatted(channel, offset, offset));
    }

    Line subscribed(String channel, String epoch, long offset) {
      return says(
          "{'type':'subscribed','id':%d,'channel':'%s','position':{'epoch':'%s','offset':%d}}"
              .formatted(last(Command.Subscribe.class).id(), channel, epoch, offset));
    }

    Line unsubscribed(String channel) {
      return says(
          "{'type':'unsubscribed','id':%d,'channel':'%s'}"
              .formatted(last(Command.Unsubscribe.class).id(), channel));
    }

    /** After a resume, unasked. */
    Line restored(String channel, String epoch, long offset, int missed) {
      return says(
          "{'type':'subscribed','channel':'%s','position':{'epoch':'%s','offset':%d},'recovered':true%s}"
              .formatted(channel, epoch, offset, missed == 0 ? "" : ",'missed':" + missed));
    }

    Line error(long id, String code, boolean retryable) {
      return says(
          "{'type':'error','id':%d,'code':'%s','message':'so','retryable':%s}"
              .formatted(id, code, retryable));
    }
  }
}
