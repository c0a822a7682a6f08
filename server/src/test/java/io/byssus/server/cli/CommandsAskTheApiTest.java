package io.byssus.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.server.Server;
import io.byssus.server.config.Loading;
import io.byssus.server.settings.Config;
import io.byssus.tools.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line on the API of a node that runs. */
final class CommandsAskTheApiTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Map<String, String> environment = new HashMap<>();

  private int run(String... arguments) {
    out.reset();
    err.reset();
    var terminal = new Terminal(new PrintStream(out), new PrintStream(err), () -> false);
    return new Cli(terminal, environment, null).run(arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsPublishedIsShown() throws Exception {
    try (var server = Server.start(config())) {
      environment.put("BYSSUS_API", "http://localhost:" + server.apiAddress().getPort());
      assertThat(run("publish", "a/b", "{\"x\":1}")).as(err()).isEqualTo(Exit.OK);
      assertThat(out()).contains("position  ").contains("level  accepted");
      assertThat(run("history", "a/b")).isEqualTo(Exit.OK);
      assertThat(out()).startsWith("offset  data").contains("1       {\"x\":1}");
      assertThat(run("history", "a/b", "--json")).isEqualTo(Exit.OK);
      assertThat(out()).startsWith("{\"channel\":\"a/b\"");
      assertThat(run("channels", "--prefix", "a")).isEqualTo(Exit.OK);
      assertThat(out()).contains("a/b");
      assertThat(run("nodes")).isEqualTo(Exit.OK);
      assertThat(out()).contains("alive");
      assertThat(run("sessions")).isEqualTo(Exit.OK);
      assertThat(out()).contains("None.");
      for (var users : List.of("users", "user")) {
        assertThat(run(users, "42")).as(err()).isEqualTo(Exit.OK);
        assertThat(out()).contains("None.");
      }
      assertThat(run("send", "--user", "42", "1")).isEqualTo(Exit.UNAVAILABLE);
      assertThat(err()).contains("no session matches the target (no_recipient)");
      assertThat(run("send", "1")).isEqualTo(Exit.USAGE);
      assertThat(run("publish", "a", "no json")).isEqualTo(Exit.USAGE);
      assertThat(run("drain", "nobody")).isEqualTo(Exit.UNAVAILABLE);
    }
  }

  @Test
  void aKeyIsMadeAndOpensWhatItsScopesSay(@TempDir Path folder) throws Exception {
    assertThat(run("key", "--name", "billing", "--scope", "publish:news.*")).isEqualTo(Exit.OK);
    var lines = out().lines().toList();
    var keys = Files.writeString(folder.resolve("keys"), lines.get(1) + "\n");
    try (var server = Server.start(config(keys))) {
      environment.put("BYSSUS_API", "http://localhost:" + server.apiAddress().getPort());
      assertThat(run("publish", "news.a", "1")).isEqualTo(Exit.UNAVAILABLE);
      assertThat(err()).contains("unauthorized");
      environment.put("BYSSUS_API_KEY", lines.getFirst());
      assertThat(run("publish", "news.a", "1")).as(err()).isEqualTo(Exit.OK);
      assertThat(run("publish", "chat", "1")).isEqualTo(Exit.UNAVAILABLE);
      environment.remove("BYSSUS_API_KEY");
      var shown = Files.writeString(folder.resolve("key"), lines.getFirst() + "\n").toString();
      assertThat(run("publish", "news.a", "1", "--key-file", shown)).isEqualTo(Exit.OK);
    }
    assertThat(run("key", "--name", "x", "--scope", "publsh:*")).isEqualTo(Exit.USAGE);
  }

  @Test
  void aNodeThatIsNotThereIsTold() {
    assertThat(run("nodes", "--api", "http://localhost:1")).isEqualTo(Exit.UNAVAILABLE);
    assertThat(err()).contains("http://localhost:1").contains("--api");
  }

  private static Config config() {
    return settings().config();
  }

  private static Config config(Path keys) {
    return settings().set("api.keys-file", keys.toString()).config();
  }

  private static Loading settings() {
    return Loading.yaml("")
        .set("listen.host", "127.0.0.1")
        .set("listen.port", "0")
        .set("api.listen", "127.0.0.1:0");
  }
}
