package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.Target;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A small server that loses connections, answers and sessions at random, and never a publication,
 * and that subscribes the session to a channel of its own; and a program that comes and goes as it
 * likes. Each subscription must hear each offset once and in order, the inbox too, and each
 * publication and directed message must end as it was told. Run one again with {@code
 * -Dbyssus.seed=…}.
 */
class AnySequenceOfMisfortunesTest {
  private static final int STEPS = 3_000;
  private static final List<String> CHANNELS = List.of("a", "b", "c");

  /** The server subscribes to it, the program never does. */
  private static final String MADE = "made";

  static List<Long> seeds() {
    var one = Long.getLong("byssus.seed");
    return one != null ? List.of(one) : new Random().longs(200).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachMessageOnceAndEachPublicationAsItWasTold(long seed) {
    new World(seed).run();
  }

  @Test
  void theServerDoesLoseThings() {
    Set<String> misfortunes = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      var world = new World(seed);
      world.run();
      misfortunes.addAll(world.misfortunes);
    }
    assertThat(misfortunes).contains("cut", "expired", "unavailable", "unknown", "already", "made");
  }

  private static final class World implements Transport {
    final Set<String> misfortunes = new HashSet<>();
    private final long seed;
    private final Random random;
    private final SteppedLane lane = new SteppedLane();
    private final JsonCodec codec = new JsonCodec();
    private final Map<String, List<String>> channels = new HashMap<>();
    private final Map<String, Integer> stored = new HashMap<>();
    private final Map<String, Subscription> wishes = new HashMap<>();
    private final Map<String, CompletableFuture<Published>> published = new HashMap<>();
    private final Map<String, CompletableFuture<Sent>> sent = new HashMap<>();
    private final Map<String, Integer> taken = new HashMap<>();
    private final Map<Subscription, Long> last = new HashMap<>();
    private long lastDirected;
    private final List<String> wrong = new ArrayList<>();
    private final Client client;

    // The server's.
    private int session;
    private final Map<String, Long> began = new HashMap<>();
    private long inboxTop;
    private long acknowledged;
    private final Set<String> dedupe = new HashSet<>();
    private Line attached;
    private Line newest;
    private boolean kind;

    World(long seed) {
      this.seed = seed;
      random = new Random(seed);
      CHANNELS.forEach(channel -> channels.put(channel, new ArrayList<>()));
      channels.put(MADE, new ArrayList<>());
      var builder = new ClientBuilder(URI.create("ws://scripted/ws"));
      builder.lane = () -> lane;
      builder.transport = _ -> this;
      builder.random = random::nextDouble;
      builder.background = Runnable::run;
      builder.executor(Runnable::run);
      client = new Client(builder);
      client.on(
          ClientEvent.Connected.class,
          connected -> lastDirected = connected.resumed() ? lastDirected : 0);
      client.inbox().onMessage(this::directed);
      client.on(
          ClientEvent.SubscribedByServer.class,
          made -> listen(made.subscription().channel(), made.subscription()));
      client.start();
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        step();
        lane.settle();
      }
      kind = true;
      for (int i = 0; i < 3_000; i++) {
        exchange();
        lane.advance(Duration.ofMillis(100));
      }
      assertThat(wrong).as("seed %d", seed).isEmpty();
      assertThat(client.state()).as("seed %d", seed).isEqualTo(ClientState.CONNECTED);
      wishes.values().forEach(this::isUpToDate);
      assertThat(acknowledged).as("seed %d: inbox", seed).isEqualTo(inboxTop);
      assertThat(wishes.containsKey(MADE)).as("seed %d", seed).isEqualTo(began.containsKey(MADE));
      published.forEach((data, future) -> endedAsItWasTold(data, future, stored));
      sent.forEach((data, future) -> endedAsItWasTold(data, future, taken));
    }

    private void step() {
      switch (random.nextInt(36)) {
        case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 24, 25, 26, 27, 28, 29 -> exchange();
        case 10, 11, 12 -> lane.advance(Duration.ofMillis(random.nextInt(3_000)));
        case 13, 14 -> append(anyChannel(), "-");
        case 30 -> direct();
        case 31, 32 -> send();
        case 33, 34 -> append(MADE, "-");
        case 35 -> make();
        case 15, 16, 17 -> publish();
        case 18, 19 -> subscribe(anyChannel());
        case 20, 21 -> unsubscribe(anyChannel());
        case 22 -> cut();
        default -> {
          if (random.nextInt(4) == 0) {
            expire();
          }
        }
      }
    }

    private String anyChannel() {
      return CHANNELS.get(random.nextInt(CHANNELS.size()));
    }

    // The program.

    private void publish() {
      var data = "p" + published.size();
      published.put(data, client.publish(anyChannel(), Byssus.text(data)));
    }

    private void send() {
      var data = "s" + sent.size();
      sent.put(data, client.send(Target.user("7"), Byssus.text(data)));
    }

    private void subscribe(String channel) {
      if (!wishes.containsKey(channel)) {
        listen(channel, client.subscribe(channel));
      }
    }

    private void listen(String channel, Subscription wish) {
      wishes.put(channel, wish);
      wish.on(StreamEvent.class, event -> heard(wish, event));
    }

    private void unsubscribe(String channel) {
      var wish = wishes.remove(channel);
      if (wish != null) {
        wish.unsubscribe();
        if (random.nextBoolean()) {
          subscribe(channel);
        }
      }
    }

    /** What a handler throws is its own affair, so it is written down. */
    private void heard(Subscription wish, StreamEvent event) {
      if (event instanceof Message message) {
        var before = last.put(wish, message.offset());
        if (wishes.get(message.channel()) != wish) {
          wrong.add(event + " after the end");
        }
        if (before != null && message.offset() != before + 1) {
          wrong.add(event + " behind " + before);
        }
      } else if (event instanceof StreamEvent.Unsubscribed) {
        wishes.remove(wish.channel(), wish);
      } else if (event instanceof StreamEvent.Lost || event instanceof StreamEvent.Refused) {
        wrong.add(event + ", and nothing is ever missing");
      }
    }

    private void directed(Message message) {
      if (message.offset() != lastDirected + 1) {
        wrong.add(message + " behind " + lastDirected);
      }
      lastDirected = message.offset();
    }

    private void isUpToDate(Subscription wish) {
      assertThat(wish.position().orElseThrow().offset())
          .as("seed %d: %s", seed, wish)
          .isEqualTo(channels.get(wish.channel()).size());
    }

    private void endedAsItWasTold(
        String data, CompletableFuture<?> future, Map<String, Integer> all) {
      assertThat(future).as("seed %d: %s", seed, data).isDone();
      var times = all.getOrDefault(Byssus.text(data), 0);
      if (!future.isCompletedExceptionally()) {
        assertThat(times).as("seed %d: %s succeeded", seed, data).isEqualTo(1);
      } else if (((ByssusException) future.exceptionNow()).code().equals(ByssusException.UNKNOWN)) {
        assertThat(times).as("seed %d: %s unknown", seed, data).isLessThan(2);
      } else {
        assertThat(times).as("seed %d: %s failed", seed, data).isZero();
      }
    }

    // The network.

    @Override
    public Socket open(URI server, Listener listener) {
      newest = new Line(listener);
      lane.execute(listener::onOpen);
      return newest;
    }

    private final class Line implements Socket {
      final Listener listener;
      final ArrayDeque<Command> toServer = new ArrayDeque<>();
      final ArrayDeque<ServerMessage> toClient = new ArrayDeque<>();
      boolean gone;

      Line(Listener listener) {
        this.listener = listener;
      }

      @Override
      public void send(String text) {
        for (var line : codec.commands(text.getBytes(UTF_8))) {
          toServer.add(((Decoded.Good) line).command());
        }
      }

      @Override
      public void close() {
        gone = true;
      }

      @Override
      public void abort() {
        gone = true;
      }
    }

    /** Some of what is on the way arrives. */
    private void exchange() {
      if (newest == null || newest.gone) {
        return;
      }
      var line = newest;
      for (int i = random.nextInt(4); i > 0 && !line.toServer.isEmpty(); i--) {
        serve(line, line.toServer.remove());
      }
      for (int i = random.nextInt(6); i > 0 && !line.toClient.isEmpty(); i--) {
        var frame = new String(codec.encode(line.toClient.remove()), UTF_8);
        lane.execute(() -> line.listener.onText(frame));
      }
      lane.execute(line.listener::onSignOfLife);
      lane.settle();
    }

    private void cut() {
      if (newest != null && !newest.gone) {
        note("cut");
        var line = newest;
        line.gone = true;
        attached = attached == line ? null : attached;
        lane.execute(() -> line.listener.onClose(BROKEN, ""));
      }
    }

    private void note(String misfortune) {
      misfortunes.add(misfortune);
    }

    // The server.

    private void expire() {
      note("expired");
      newSession();
      cut();
    }

    private void newSession() {
      session++;
      began.clear();
      dedupe.clear();
      inboxTop = 0;
      acknowledged = 0;
    }

    /** Whether the client is there or not. */
    private void make() {
      if (began.containsKey(MADE)) {
        return;
      }
      note("made");
      long top = channels.get(MADE).size();
      began.put(MADE, top);
      if (attached != null && !attached.gone) {
        attached.toClient.add(
            new ServerMessage.Subscribed(
                Command.NO_ID,
                MADE,
                Optional.of(new Position("q7", top)),
                Recovery.NOT_ASKED,
                0,
                ServerMessage.Subscribed.SERVER));
      }
    }

    private void direct() {
      inboxTop++;
      if (attached != null && !attached.gone) {
        attached.toClient.add(directed(inboxTop));
      }
    }

    private static ServerMessage.Direct directed(long offset) {
      return new ServerMessage.Direct(
          new ServerMessage.Item(offset, Json.of("" + offset), Optional.empty()));
    }

    private void serve(Line line, Command command) {
      if (command instanceof Command.Connect connect) {
        connect(line, connect);
      } else if (command instanceof Command.Ping) {
        line.toClient.add(new ServerMessage.Pong(command.id(), false));
      } else if (line != attached) {
        refuse(line, command, ErrorCode.NOT_CONNECTED);
      } else if (!kind && random.nextInt(12) == 0) {
        note("unavailable");
        refuse(line, command, ErrorCode.UNAVAILABLE);
      } else if (!kind && random.nextInt(12) == 0) {
        note("unknown");
        if (random.nextBoolean()) {
          obey(line, command, true);
        }
        refuse(line, command, ErrorCode.UNKNOWN);
      } else {
        obey(line, command, false);
      }
    }

    private static void refuse(Line line, Command command, ErrorCode code) {
      line.toClient.add(new ServerMessage.Failed(command.id(), code, "so"));
    }

    private void connect(Line line, Command.Connect connect) {
      var resumed = connect.resume().isPresent();
      if (resumed && !connect.resume().get().session().equals("s" + session)) {
        refuse(line, connect, ErrorCode.SESSION_EXPIRED);
        return;
      }
      if (!resumed) {
        newSession();
      }
      attached = line;
      line.toClient.add(
          new ServerMessage.Connected(
              connect.id(),
              "s" + session,
              "r",
              "",
              "n1",
              resumed,
              1800,
              new ServerMessage.HeartbeatNumbers(30, 10),
              0));
      began.forEach((channel, from) -> {
        var at = connect.positions().get(channel);
        goOn(line, Command.NO_ID, channel, at == null ? from : at.offset());
      });
      goOnWithInbox(line, connect.inbox().orElse(acknowledged));
    }

    private void goOnWithInbox(Line line, long from) {
      if (from < acknowledged || from > inboxTop) {
        wrong.add("the inbox goes on from " + from + ", acknowledged is " + acknowledged);
      }
      for (var offset = from + 1; offset <= inboxTop; offset++) {
        line.toClient.add(directed(offset));
      }
    }

    private void goOn(Line line, long id, String channel, long from) {
      var all = channels.get(channel);
      line.toClient.add(
          new ServerMessage.Subscribed(
              id,
              channel,
              Optional.of(new Position("q7", all.size())),
              Recovery.COMPLETE,
              (int) (all.size() - from),
              channel.equals(MADE) ? ServerMessage.Subscribed.SERVER : ""));
      for (long offset = from + 1; offset <= all.size(); offset++) {
        line.toClient.add(message(channel, offset));
      }
    }

    private ServerMessage.Message message(String channel, long offset) {
      var data = Json.of(channels.get(channel).get((int) offset - 1));
      return new ServerMessage.Message(
          channel, "", new ServerMessage.Item(offset, data, Optional.empty()));
    }

    private void obey(Line line, Command command, boolean silently) {
      if (command instanceof Command.Subscribe subscribe) {
        subscribe(line, subscribe, silently);
      } else if (command instanceof Command.Unsubscribe leave) {
        if (leave.channel().equals(MADE)) {
          wrong.add("only the server may end it: " + leave);
        }
        var was = began.remove(leave.channel()) != null;
        if (!silently) {
          line.toClient.add(
              was
                  ? new ServerMessage.Unsubscribed(leave.id(), leave.channel())
                  : new ServerMessage.Failed(leave.id(), ErrorCode.NOT_SUBSCRIBED, "so"));
        }
      } else if (command instanceof Command.AckInbox ack) {
        acknowledged = Math.max(acknowledged, ack.offset());
        if (!silently) {
          line.toClient.add(new ServerMessage.Acked(ack.id()));
        }
      } else if (command instanceof Command.Publish publish) {
        var duplicate = !dedupe.add(publish.channel() + "/" + publish.dedupe());
        if (!duplicate) {
          append(publish.channel(), publish.data().toString());
        }
        if (!silently) {
          line.toClient.add(
              new ServerMessage.Published(
                  publish.id(), Optional.empty(), Durability.ACCEPTED, duplicate));
        }
      } else if (command instanceof Command.Send send) {
        var duplicate = !dedupe.add("to/" + send.to() + "/" + send.dedupe());
        if (!duplicate) {
          taken.merge(send.data().toString(), 1, Integer::sum);
        }
        if (!silently) {
          line.toClient.add(new ServerMessage.Sent(send.id(), 1, 0, duplicate));
        }
      }
    }

    private void subscribe(Line line, Command.Subscribe subscribe, boolean silently) {
      var channel = subscribe.channel();
      if (began.containsKey(channel)) {
        note("already");
        if (!silently) {
          refuse(line, subscribe, ErrorCode.ALREADY_SUBSCRIBED);
        }
        return;
      }
      long top = channels.get(channel).size();
      var from = subscribe.position().map(Position::offset).orElse(top);
      began.put(channel, from);
      if (silently) {
        return;
      }
      if (subscribe.position().isPresent()) {
        goOn(line, subscribe.id(), channel, from);
      } else {
        line.toClient.add(
            new ServerMessage.Subscribed(
                subscribe.id(),
                channel,
                Optional.of(new Position("q7", top)),
                Recovery.NOT_ASKED,
                0));
      }
    }

    private void append(String channel, String data) {
      var json = data.equals("-") ? "0" : data;
      stored.merge(json, 1, Integer::sum);
      channels.get(channel).add(json);
      if (attached != null && !attached.gone && began.containsKey(channel)) {
        attached.toClient.add(message(channel, channels.get(channel).size()));
      }
    }
  }
}
