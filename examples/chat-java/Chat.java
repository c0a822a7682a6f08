import io.byssus.client.Byssus;
import io.byssus.client.ClientEvent;
import io.byssus.client.FeedEvent;
import io.byssus.client.FileStore;
import java.net.URI;
import java.nio.file.Path;
import java.util.Scanner;

/**
 * A chat in a terminal, whose session outlives the program: end it with Ctrl-C, let others write,
 * start it again, and what they wrote is there.
 */
public final class Chat {
  public static void main(String[] arguments) {
    var room = arguments.length > 0 ? arguments[0] : "lobby";
    var server = arguments.length > 1 ? arguments[1] : "ws://localhost:8080/ws";
    var file =
        Path.of(
            System.getProperty("java.io.tmpdir"), "byssus-chat-" + System.getProperty("user.name"));

    var client = Byssus.client(URI.create(server)).store(new FileStore(file)).connect();
    client.on(
        ClientEvent.StateChanged.class,
        now -> say("· " + now.state().name().toLowerCase() + " " + now.reason()));
    client.on(
        ClientEvent.Fault.class,
        fault -> say("· no connection: " + fault.reason() + "; still trying"));

    var chat = client.subscribe("chat:" + room);
    chat.on(FeedEvent.Lost.class, lost -> say("· something is missing here: " + lost.reason()));
    chat.onMessage(message -> {
      var mine =
          message.from().filter(from -> from.session().equals(client.session().id())).isPresent();
      say(
          (message.missed() ? "(while you were away) " : "")
              + (mine ? "you: " : "them: ")
              + message.data());
    });

    var lines = new Scanner(System.in);
    while (lines.hasNextLine()) {
      client
          .publish("chat:" + room, Byssus.text(lines.nextLine()))
          .whenComplete((published, failure) -> {
            if (failure != null) {
              say("· not said: " + failure.getMessage());
            }
          });
    }
    client.close();
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
