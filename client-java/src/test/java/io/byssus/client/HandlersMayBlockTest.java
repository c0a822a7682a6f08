package io.byssus.client;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is received and what is handled are two things. */
class HandlersMayBlockTest {
  private final ManualExecutor handlers = new ManualExecutor();
  private final List<String> heard = new ArrayList<>();

  private ScriptedServer start(int queueMax, Store store) {
    var server = ScriptedServer.start(handlers, builder -> builder.queueMax(queueMax).store(store));
    run(server);
    return server;
  }

  private void run(ScriptedServer server) {
    handlers.runAll();
    server.lane.settle();
    handlers.runAll();
    server.lane.settle();
  }

  private void listen(MessageStream stream) {
    stream.on(StreamEvent.Lost.class, lost -> heard.add(lost.reason()));
    stream.onMessage(message -> heard.add(message.data()));
  }

  @Test
  void aConnectionReplacedWhileAHandlerBlocksGivesNothingTwice() {
    var server = start(10, Store.inMemory());
    var news = server.client().subscribe("news");
    listen(news);
    listen(server.client().inbox());
    server
        .connected()
        .subscribed("news", "q7", 0)
        .message("news", 1)
        .message("news", 2)
        .says("{'type':'direct','offset':1,'data':'d1'}");
    assertThat(heard).isEmpty();
    server.line().breaks();
    server.passes(ofMillis(250));
    var line = server.line().opened();
    var connect = line.last(Command.Connect.class);
    assertThat(connect.positions()).containsEntry("news", new Position("q7", 2));
    assertThat(connect.inbox()).contains(1L);
    line.connected("s1", "r2", true).restored("news", "q7", 3, 1).message("news", 3);
    assertThat(heard).isEmpty();
    assertThat(news.position()).as("nothing has been handled").isEmpty();
    run(server);
    assertThat(heard).containsExactlyInAnyOrder("1", "2", "3", "\"d1\"");
    assertThat(news.position()).contains(new Position("q7", 3));
  }

  @Test
  void theStoreIsGivenWhatWasHandledOnly() {
    var store = Store.inMemory();
    var server = start(10, store);
    listen(server.client().subscribe("news"));
    var line = server.connected().subscribed("news", "q7", 0);
    run(server);
    line.message("news", 1);
    run(server);
    line.message("news", 2);
    server.passes(ofMillis(100));
    server.client().close();
    server.lane.settle();
    assertThat(heard).containsExactly("1");
    handlers.runAll();
    assertThat(store.load().orElseThrow().positions()).containsEntry("news", new Position("q7", 1));
  }

  @Test
  void aFullQueueLeavesOutTheNewestAndSaysSoInTheirPlace() {
    var server = start(2, Store.inMemory());
    listen(server.client().subscribe("news"));
    var line = server.connected().subscribed("news", "q7", 0);
    for (int offset = 1; offset <= 5; offset++) {
      line.message("news", offset);
    }
    run(server);
    line.message("news", 6);
    run(server);
    assertThat(heard).containsExactly("1", "2", Gap.OVERFLOW.wire(), "6");
  }

  @Test
  void aFeedThatNobodyReadsKeepsItsMessagesForTheFirstWhoDoes() {
    var server = start(10, Store.inMemory());
    var news = server.client().subscribe("news");
    server.connected().subscribed("news", "q7", 0).message("news", 1).message("news", 2);
    run(server);
    assertThat(news.position()).contains(new Position("q7", 0));
    listen(news);
    run(server);
    assertThat(heard).containsExactly("1", "2");
    assertThat(news.position()).contains(new Position("q7", 2));
  }

  @Test
  void aFeedThatIsFullLetsOthersHaveTheThread() {
    var server = start(1_000, Store.inMemory());
    listen(server.client().subscribe("full"));
    listen(server.client().subscribe("other"));
    var line = server.connected();
    line.restored("full", "q7", 0, 0).restored("other", "q7", 0, 0);
    for (int offset = 1; offset <= 1_000; offset++) {
      line.message("full", offset);
    }
    line.says("{'type':'message','channel':'other','offset':1,'data':'here'}");
    run(server);
    assertThat(heard).hasSize(1_001);
    assertThat(heard.indexOf("\"here\"")).isLessThan(200);
  }

  @Test
  void aHandlerThatThrowsHoldsUpNothing() {
    var server = start(10, Store.inMemory());
    var news = server.client().subscribe("news");
    news.onMessage(message -> {
      heard.add(message.data());
      if (message.offset() == 1) {
        throw new IllegalStateException("on purpose");
      }
      throw new AssertionError("on purpose");
    });
    server
        .connected()
        .subscribed("news", "q7", 0)
        .message("news", 1)
        .message("news", 2)
        .message("news", 3);
    run(server);
    assertThat(heard).containsExactly("1", "2", "3");
    assertThat(news.position()).contains(new Position("q7", 3));
  }

  @Test
  void aHandlerMayCloseItsClientMoreThanOnce() {
    var server = start(10, Store.inMemory());
    var client = server.client();
    var closed = new ArrayList<ClientEvent>();
    client.on(ClientEvent.Closed.class, closed::add);
    client
        .subscribe("news")
        .onMessage(message -> {
          heard.add(message.data());
          client.close();
          client.close();
        });
    server.connected().subscribed("news", "q7", 0).message("news", 1);
    run(server);
    server.line().message("news", 2);
    run(server);
    assertThat(heard).containsExactly("1");
    assertThat(closed).hasSize(1);
    assertThat(server.line().gone()).isTrue();
  }

  @Test
  void aListenerThatThrowsHoldsUpNothing() {
    var server = start(10, Store.inMemory());
    server
        .client()
        .on(
            ClientEvent.Connected.class,
            connected -> {
              throw new AssertionError("on purpose");
            });
    var heard = new ArrayList<ClientState>();
    server.client().on(ClientEvent.StateChanged.class, changed -> heard.add(changed.state()));
    server.connected();
    server.client().close();
    run(server);
    assertThat(heard).endsWith(ClientState.CONNECTED, ClientState.CLOSED);
  }
}
