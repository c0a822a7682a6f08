package io.byssus.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import io.byssus.protocol.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramStartsAgainTest {
  @TempDir Path folder;

  @Test
  void theSessionIsResumedFromWhatWasHandled() {
    var store = Store.inMemory();
    var first = ScriptedServer.start(builder -> builder.store(store));
    first.client().subscribe("news").onMessage(_ -> {});
    first.client().inbox().onMessage(_ -> {});
    first.lane.settle();
    first
        .connected()
        .subscribed("news", "q7", 1)
        .message("news", 2)
        .says("{'type':'direct','offset':3,'data':1}");
    first.passes(ofMillis(100));

    // What the program wishes for before the store has been read reads on as well.
    var slow = new ManualExecutor();
    var second =
        ScriptedServer.start(builder -> {
          builder.background = slow;
          return builder.store(store);
        });
    var news = second.client().subscribe("news");
    second.lane.settle();
    slow.runAll(); // the store
    second.lane.settle();
    slow.runAll(); // the token
    second.lane.settle();
    assertThat(second.client().state()).isEqualTo(ClientState.RESUMING);
    var connect = second.line().opened().last(Command.Connect.class);
    assertThat(connect.resume()).contains(new Command.Resume("s1", "r1"));
    assertThat(connect.positions()).isEqualTo(Map.of("news", new Position("q7", 2)));
    assertThat(connect.inbox()).contains(3L);
    assertThat(news.position()).contains(new Position("q7", 2));
    var line = second.line().connected("s1", "r2", true);
    assertThat(line.all(Command.GetAttributes.class)).as("nobody tells them unasked").hasSize(1);
    line.error(line.last(Command.Subscribe.class).id(), "already_subscribed", false);
    second.client().subscribe("news");
    second.lane.settle();
    assertThat(line.all(Command.Subscribe.class)).hasSize(1);
    slow.runAll();
    assertThat(store.load().orElseThrow().resume()).isEqualTo("r2");
  }

  @Test
  void aChannelThatIsWishedForLaterIsReadOnFromWhereTheEarlierRunWas() {
    var store = Store.inMemory();
    var at = new Position("q7", 2);
    store.save(new SavedSession("s1", "r1", Map.of("news", at), OptionalLong.empty()));

    var server = ScriptedServer.start(builder -> builder.store(store));
    var line = server.line().opened();
    assertThat(line.last(Command.Connect.class).positions()).isEqualTo(Map.of("news", at));
    line.connected("s1", "r2", true).restored("news", "q7", 3, 1).message("news", 3);
    assertThat(line.last(Command.Unsubscribe.class).channel()).as("not wished").isEqualTo("news");
    server.passes(ofMillis(100));
    assertThat(store.load().orElseThrow().positions()).isEqualTo(Map.of("news", at));

    server.client().subscribe("news");
    server.lane.settle();
    line.unsubscribed("news");
    assertThat(line.last(Command.Subscribe.class).position()).contains(at);
  }

  @Test
  void attributesAreAskedForWhenThereIsAConnectionHoweverLateThatIs() {
    var store = Store.inMemory();
    store.save(new SavedSession("s1", "r1", Map.of(), OptionalLong.empty()));
    var server = ScriptedServer.start(builder -> builder.store(store));
    for (int i = 0; i < 10; i++) {
      server.line().breaks();
      server.comesBack();
    }
    var line = server.line().opened().connected("s1", "r2", true);
    assertThat(line.all(Command.GetAttributes.class)).hasSize(1);
  }

  @Test
  void whatNoRunWishesForIsForgottenInTheEnd() {
    var store = Store.inMemory();
    var at = new Position("q7", 2);
    store.save(new SavedSession("s1", "r1", Map.of("old", at), OptionalLong.empty()));
    var server = ScriptedServer.start(builder -> builder.store(store));
    server.line().opened().connected("s1", "r2", true);
    server.passes(ofMillis(500));
    assertThat(store.load().orElseThrow().positions()).containsKey("old");
    for (int i = 0; i < 25; i++) {
      server.passes(ofSeconds(25));
      server.line().lives();
    }
    assertThat(store.load().orElseThrow().positions()).isEmpty();
    server.line().breaks();
    server.comesBack();
    assertThat(server.line().opened().last(Command.Connect.class).positions()).isEmpty();
  }

  @Test
  void whatWasHandledJustBeforeTheCloseIsKept() {
    var store = Store.inMemory();
    var server = ScriptedServer.start(builder -> builder.store(store));
    server.client().subscribe("news").onMessage(_ -> {});
    server.connected().subscribed("news", "q7", 1).message("news", 2);
    server.client().close();
    server.passes(ofMillis(500));
    assertThat(store.load().orElseThrow().positions())
        .isEqualTo(Map.of("news", new Position("q7", 2)));
  }

  @Test
  void whatWasHandledJustBeforeTheServerClosesIsKept() {
    var store = Store.inMemory();
    var server = ScriptedServer.start(builder -> builder.store(store));
    server.client().subscribe("news").onMessage(_ -> {});
    server.connected().subscribed("news", "q7", 1).message("news", 2).closes(1008, "policy");
    server.passes(ofMillis(500));
    assertThat(store.load().orElseThrow().positions())
        .isEqualTo(Map.of("news", new Position("q7", 2)));
  }

  @Test
  void aSessionThatIsOverStaysForgotten() {
    var store = Store.inMemory();
    var server = ScriptedServer.start(builder -> builder.store(store));
    server.client().subscribe("news").onMessage(_ -> {});
    server.connected().subscribed("news", "q7", 1).message("news", 2).closes(4409, "taken_over");
    server.passes(ofMillis(500));
    assertThat(store.load()).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // what a program may do all the same
  void aStoreThatLoadsNullCostsNothingElse() {
    var server =
        ScriptedServer.start(builder ->
            builder.store(
                new Store() {
                  @Override
                  public Optional<SavedSession> load() {
                    return null;
                  }

                  @Override
                  public void save(SavedSession saved) {}

                  @Override
                  public void clear() {}
                }));
    server.connected();
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void aStoreThatFailsCostsNothingElse() {
    var server =
        ScriptedServer.start(builder ->
            builder.store(
                new Store() {
                  @Override
                  public Optional<SavedSession> load() {
                    throw new NoClassDefFoundError("on purpose");
                  }

                  @Override
                  public void save(SavedSession saved) {
                    throw new IllegalStateException("on purpose");
                  }

                  @Override
                  public void clear() {}
                }));
    server.connected();
    assertThat(server.client().state()).isEqualTo(ClientState.CONNECTED);
  }

  @Test
  void aFileHoldsWhatItWasGiven() throws IOException {
    var file = folder.resolve("session");
    var store = new FileStore(file);
    assertThat(store.load()).isEmpty();
    var saved =
        new SavedSession(
            "s1", "secret", Map.of("nä\"ws", new Position("q7", 41)), OptionalLong.of(9));
    store.save(new SavedSession("s0", "old", Map.of(), OptionalLong.empty()));
    store.save(saved);
    assertThat(new FileStore(file).load()).contains(saved);
    assertThat(saved).asString().doesNotContain("secret");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Files.writeString(file, "{\"type\":\"from the future\"}\n" + Files.readString(file));
    assertThat(store.load()).contains(saved);
    store.clear();
    store.clear();
    assertThat(store.load()).isEmpty();
  }
}
