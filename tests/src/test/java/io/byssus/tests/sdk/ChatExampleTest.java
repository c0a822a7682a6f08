package io.byssus.tests.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.byssus.client.Byssus;
import io.byssus.client.Client;
import io.byssus.protocol.Target;
import io.byssus.tests.cluster.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/chat-java} as a process, as its readers run it. */
@Timeout(120)
class ChatExampleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void whatWasSaidWhileTheChatWasNotRunningIsCaughtUp() throws Exception {
    try (var node = NodeProcess.start("n1", folder, List.of())) {
      node.awaitReady();
      var server = node.address().replace("http", "ws") + "ws";
      try (var ann = Byssus.connect(server)) {
        var heard = new CopyOnWriteArrayList<String>();
        ann.subscribe("chat:shore").onMessage(message -> heard.add(message.data()));

        try (var bob = new Chat(server)) {
          bob.says("Bob is in shore, on n1");
          // Connected is not yet subscribed, and he hears what is said from then on.
          await()
              .atMost(PATIENCE)
              .until(() -> ann.presence("chat:shore").get().size(), size -> size == 2);
          say(ann, "hello Bob");
          bob.says("Ann: hello Bob");
          bob.writes("hello Ann");
          // Ann hears herself too, and perhaps first.
          await().atMost(PATIENCE).until(() -> heard.toString().contains("hello Ann"));
          assertThat(heard.toString()).contains("\"name\":\"Bob\"", "\"text\":\"hello Ann\"");
          // What it has handled is written a little later; ended before that, it hears again.
          await().atMost(PATIENCE).until(() -> bob.kept().contains("\"offset\":2"));
        }
        say(ann, "where are you?");
        try (var bob = new Chat(server)) {
          bob.says("back, on n1");
          bob.says("Ann: where are you? (caught up)");
          assertThat(bob.said()).containsOnlyOnce("Ann: ");
        }
      }
    }
  }

  @Test
  void whoIsHereIsListedAndOneAloneIsWrittenTo() throws Exception {
    try (var node = NodeProcess.start("n1", folder, List.of())) {
      node.awaitReady();
      var server = node.address().replace("http", "ws") + "ws";
      var name = Map.of("name", Byssus.text("Ann"));
      try (var ann = Byssus.client(URI.create(server)).attributes(name).connect();
          var bob = new Chat(server)) {
        var heard = new CopyOnWriteArrayList<String>();
        ann.inbox().onMessage(message -> heard.add(message.data()));
        ann.subscribe("chat:shore");
        await()
            .atMost(PATIENCE)
            .until(() -> ann.presence("chat:shore").get().size(), size -> size == 2);
        bob.writes("/who");
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(bob.said()).containsPattern("Ann, Bob|Bob, Ann"));
        bob.writes("/to Ann only for you");
        await().atMost(PATIENCE).until(() -> heard.toString().contains("only for you"));
        bob.writes("/to Eve hello");
        bob.says("not done: Eve is not here");
        ann.send(new Target.ToSession(bobsSession(ann)), "{\"name\":\"Ann\",\"text\":\"and you\"}");
        bob.says("Ann, to you alone: and you");
      }
    }
  }

  private static String bobsSession(Client ann) throws Exception {
    return ann.presence("chat:shore").get().stream()
        .filter(member -> !member.session().equals(ann.session().id()))
        .findFirst()
        .orElseThrow()
        .session();
  }

  private static void say(Client ann, String text) throws Exception {
    var line = "{\"name\":\"Ann\",\"text\":\"%s\",\"at\":0}".formatted(text);
    ann.publish("chat:shore", line).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Closed as by Ctrl-C. */
  private final class Chat implements AutoCloseable {
    private final Path said = Files.createTempFile(folder, "chat", ".txt");
    private final Process process;

    Chat(String server) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Djava.io.tmpdir=" + folder,
                  "-cp",
                  System.getProperty("java.class.path"),
                  "Chat",
                  "Bob",
                  "shore",
                  server)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
    }

    void writes(String line) throws IOException {
      var input = process.getOutputStream();
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    }

    void says(String what) {
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(said()).contains(what));
    }

    String kept() throws IOException {
      return Files.readString(folder.resolve("byssus-chat-Bob"));
    }

    String said() {
      try {
        return Files.readString(said);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws InterruptedException {
      process.toHandle().destroy(); // Process.destroy() would close its input too, as Ctrl-D does
      process.waitFor();
    }
  }
}
