import io.byssus.client.Byssus;
import io.byssus.client.Client;
import io.byssus.client.ClientEvent;
import io.byssus.client.ClientState;
import io.byssus.client.DataCodec;
import io.byssus.client.FileStore;
import io.byssus.client.Member;
import io.byssus.client.StreamEvent;
import io.byssus.protocol.Target;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A chat in a terminal, in the same rooms as the demo page. Its session outlives the program: end
 * it with Ctrl-C, let others write, start it again, and what they wrote is there. /who lists who is
 * here, /to NAME TEXT is for one alone.
 */
public final class Chat {
  /** What the demo page and the other examples publish too. */
  record Line(String name, String text, long at) {
    Line(String name, String text) {
      this(name, text, System.currentTimeMillis());
    }
  }

  private static final DataCodec JSON = new Jackson();

  public static void main(String[] arguments) {
    var name = argument(arguments, 0, System.getProperty("user.name"));
    var room = argument(arguments, 1, "lobby");
    var server = argument(arguments, 2, "ws://localhost:8080/ws");
    var session = Path.of(System.getProperty("java.io.tmpdir"), "byssus-chat-" + name);

    var client =
        Byssus.client(URI.create(server))
            .attributes(Map.of("name", Byssus.text(name)))
            .codec(JSON)
            .store(new FileStore(session))
            .connect();

    client.on(
        ClientEvent.Connected.class,
        now -> note((now.resumed() ? "back" : name + " is in " + room) + ", on " + now.node()));
    client.on(ClientEvent.Expired.class, ignored -> note("away for too long: a new session"));
    client.on(
        ClientEvent.StateChanged.class,
        now -> {
          if (now.state() == ClientState.WAITING && now.attempt() <= 1) {
            note("no connection (" + now.reason() + "), trying again; what you write waits");
          }
        });
    client.on(
        ClientEvent.Closed.class,
        closed ->
            closed
                .why()
                .ifPresent(why -> {
                  note("the server has closed this session: " + why.getMessage());
                  System.exit(1);
                }));

    var channel = "chat:" + room;
    var chat = client.subscribe(channel);
    chat.on(StreamEvent.Lost.class, lost -> note("something is missing here: " + lost.reason()));
    chat.onMessage(
        Line.class,
        (line, message) -> {
          var mine =
              message
                  .from()
                  .filter(from -> from.session().equals(client.session().id()))
                  .isPresent();
          if (!mine) {
            say(
                plain(line.name())
                    + ": "
                    + plain(line.text())
                    + (message.missed() ? " (caught up)" : ""));
          }
        });

    client
        .inbox()
        .onMessage(
            Line.class,
            (line, message) -> say(plain(line.name()) + ", to you alone: " + plain(line.text())));

    CompletableFuture<?> answered = CompletableFuture.completedFuture(null);
    var lines = new Scanner(System.in);
    while (lines.hasNextLine()) {
      answered =
          obey(client, channel, name, lines.nextLine())
              .exceptionally(failure -> {
                note("not done: " + reason(failure));
                return null;
              });
    }
    // Ctrl-D leaves for good, when the last word has been answered; Ctrl-C only for a while.
    answered.thenCompose(last -> client.end()).exceptionally(noServer -> null).join();
  }

  private static CompletableFuture<?> obey(
      Client client, String channel, String name, String line) {
    if (line.equals("/who")) {
      return client
          .presence(channel)
          .thenAccept(all -> say(all.stream().map(Chat::nameOf).collect(Collectors.joining(", "))));
    }
    if (line.startsWith("/to ")) {
      var words = line.split(" ", 3);
      return sendTo(client, channel, words[1], new Line(name, words.length > 2 ? words[2] : ""));
    }
    return client.publishValue(channel, new Line(name, line));
  }

  private static CompletableFuture<?> sendTo(
      Client client, String channel, String whom, Line line) {
    return client
        .presence(channel)
        .thenCompose(all -> {
          var member =
              all.stream()
                  .filter(one -> nameOf(one).equals(whom))
                  .findFirst()
                  .orElseThrow(() -> new NoSuchElementException(whom + " is not here"));
          return client.send(new Target.ToSession(member.session()), JSON.toJson(line));
        });
  }

  private static String nameOf(Member member) {
    return plain(JSON.fromJson(member.attributes().getOrDefault("name", "\"?\""), String.class));
  }

  private static String reason(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause.getMessage();
  }

  private static String argument(String[] arguments, int place, String otherwise) {
    return arguments.length > place ? arguments[place] : otherwise;
  }

  private static void note(String text) {
    say("· " + text);
  }

  private static void say(String text) {
    System.out.println(text);
  }

  /** Others may write anything; what steers a terminal is left out. */
  private static String plain(String text) {
    return text == null ? "" : text.replaceAll("\\p{Cntrl}", " ");
  }

  private static final class Jackson implements DataCodec {
    private static final ObjectMapper MAPPER = new JsonMapper();

    @Override
    public String toJson(Object value) {
      return MAPPER.writeValueAsString(value);
    }

    @Override
    public <T> T fromJson(String json, Class<T> type) {
      return MAPPER.readValue(json, type);
    }
  }
}
