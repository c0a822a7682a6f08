package io.byssus.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.Command;
import io.byssus.protocol.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ServerMakesSubscriptionsTest {
  private static final String OFFERS = "offers";

  private final ScriptedServer server = ScriptedServer.start();
  private final List<String> heard = new ArrayList<>();

  private void listen() {
    server
        .client()
        .on(
            ClientEvent.SubscribedByServer.class,
            made ->
                made.subscription()
                    .onMessage(
                        message -> heard.add(message.offset() + (message.missed() ? "m" : ""))));
  }

  private List<ClientEvent.SubscribedByServer> made() {
    return server.events(ClientEvent.SubscribedByServer.class);
  }

  private void serverSubscribes(long offset) {
    serverSubscribes(offset, "");
  }

  private void serverSubscribes(long offset, String more) {
    server
        .line()
        .says(
            "{'type':'subscribed','channel':'%s','position':{'epoch':'q7','offset':%d}%s,'by':'server'}"
                .formatted(OFFERS, offset, more));
  }

  private List<Command> said() {
    return server.line().all(Command.class).stream()
        .filter(command -> !(command instanceof Command.Connect))
        .toList();
  }

  @Test
  void oneIsHandedToTheProgramAndNotGivenBack() {
    listen();
    server.connected();
    serverSubscribes(3);
    server.line().message(OFFERS, 4).message(OFFERS, 5);
    assertThat(heard).containsExactly("4", "5");
    var subscription = made().getFirst().subscription();
    assertThat(subscription.channel()).isEqualTo(OFFERS);
    assertThat(subscription.position()).contains(new Position("q7", 5));
    assertThat(server.client().subscribe(OFFERS)).isSameAs(subscription);
    server.lane.settle();
    assertThat(said()).isEmpty();
  }

  @Test
  void messagesWaitForTheHandlerOfASlowProgram() {
    server.connected();
    serverSubscribes(3);
    server.line().message(OFFERS, 4);
    made().getFirst().subscription().onMessage(message -> heard.add("" + message.offset()));
    server.lane.settle();
    assertThat(heard).containsExactly("4");
  }

  @Test
  void itSurvivesAResumeAndIsToldOnce() {
    listen();
    server.connected();
    serverSubscribes(3);
    server.line().message(OFFERS, 4).breaks();
    var line = server.resumed();
    assertThat(line.last(Command.Connect.class).positions())
        .isEqualTo(Map.of(OFFERS, new Position("q7", 4)));
    serverSubscribes(6, ",'recovered':true,'missed':2");
    line.message(OFFERS, 5).message(OFFERS, 6).message(OFFERS, 7);
    assertThat(heard).containsExactly("4", "5m", "6m", "7");
    assertThat(made()).hasSize(1);
    assertThat(said()).isEmpty();
  }

  @Test
  void aNewSessionHasItNoMore() {
    listen();
    server.connected();
    serverSubscribes(3);
    var ended = new ArrayList<StreamEvent>();
    made().getFirst().subscription().on(StreamEvent.Unsubscribed.class, ended::add);
    newSession();
    assertThat(ended).hasSize(1);
    assertThat(said()).isEmpty();
    serverSubscribes(9);
    assertThat(made()).hasSize(2);
  }

  private void newSession() {
    server.line().breaks();
    server.comesBack();
    var line = server.line().opened();
    line.error(line.last(Command.Connect.class).id(), "session_expired", false);
    line.connected("s2", "r9", false);
  }

  @Test
  void whatTheProgramHasSubscribedToAsWellStaysItsOwnInANewSession() {
    listen();
    server.connected();
    serverSubscribes(3);
    server.client().subscribe(OFFERS);
    server.lane.settle();
    newSession();
    server.line().subscribed(OFFERS, "q7", 3).message(OFFERS, 4);
    assertThat(heard).containsExactly("4");
  }

  @Test
  void oneThatTheProgramHadFirstIsNotToldAsNew() {
    server.connected();
    var own = server.client().subscribe(OFFERS);
    server.lane.settle();
    server.line().subscribed(OFFERS, "q7", 3);
    serverSubscribes(3);
    assertThat(made()).isEmpty();
    own.unsubscribe();
    server.lane.settle();
    assertThat(server.line().all(Command.Unsubscribe.class)).isEmpty();
  }

  @Test
  void theProgramCanLeaveItAndComeBackToIt() {
    listen();
    server.connected();
    serverSubscribes(3);
    server.line().message(OFFERS, 4);
    made().getFirst().subscription().unsubscribe();
    server.lane.settle();
    server.line().message(OFFERS, 5).breaks();
    var line = server.resumed();
    serverSubscribes(5, ",'recovered':true");
    line.message(OFFERS, 6);
    assertThat(heard).containsExactly("4");
    assertThat(made()).hasSize(1);
    assertThat(said()).isEmpty();
    server.client().subscribe(OFFERS).onMessage(message -> heard.add("" + message.offset()));
    server.lane.settle();
    line.subscribed(OFFERS, "q7", 6).message(OFFERS, 7);
    assertThat(heard).containsExactly("4", "7");
  }

  @Test
  void theServerEndsIt() {
    server.connected();
    serverSubscribes(3);
    var ended = new ArrayList<StreamEvent>();
    made().getFirst().subscription().on(StreamEvent.Unsubscribed.class, ended::add);
    server.line().says("{'type':'unsubscribed','channel':'%s'}".formatted(OFFERS));
    assertThat(ended).hasSize(1);
    serverSubscribes(3);
    assertThat(made()).hasSize(2);
  }

  @Test
  void aServerThatRefusesToTakeItBackIsAskedOnce() {
    server.connected();
    server.client().subscribe(OFFERS).onMessage(message -> heard.add("" + message.offset()));
    server.lane.settle();
    var answered = new HashSet<Long>();
    for (var round = 0; round < 20; round++) {
      for (var command : said()) {
        if (answered.add(command.id())) {
          var code = command instanceof Command.Subscribe ? "already_subscribed" : "forbidden";
          server.line().error(command.id(), code, false);
        }
      }
      server.passes(ofSeconds(1));
      server.line().lives();
    }
    assertThat(said())
        .extracting(command -> command.getClass().getSimpleName())
        .containsExactly("Subscribe", "Unsubscribe", "Subscribe");
    server.line().message(OFFERS, 4);
    assertThat(heard).containsExactly("4");
  }

  @Test
  void oneThatComesWhileTheOwnOneIsGivenBackIsTold() {
    listen();
    server.connected();
    var own = server.client().subscribe(OFFERS);
    server.lane.settle();
    server.line().subscribed(OFFERS, "q7", 3);
    own.unsubscribe();
    server.lane.settle();
    serverSubscribes(3);
    server.line().message(OFFERS, 4);
    server.line().error(server.line().last(Command.Unsubscribe.class).id(), "forbidden", false);
    server.line().message(OFFERS, 5);
    assertThat(made()).hasSize(1);
    assertThat(heard).containsExactly("4", "5");
    assertThat(server.line().all(Command.Unsubscribe.class)).hasSize(1);
  }

  @Test
  void anEpochThatBeginsAnewChangesNothing() {
    listen();
    server.connected();
    serverSubscribes(3);
    server.line().message(OFFERS, 4).restored(OFFERS, "r2", 4, 0).message(OFFERS, 5);
    assertThat(heard).containsExactly("4", "5");
    made().getFirst().subscription().unsubscribe();
    server.lane.settle();
    assertThat(said()).isEmpty();
  }

  @Test
  void attributesThatSomebodyElseHasChangedAreToldAndAreThoseOfTheSession() {
    server.connected();
    server.line().says("{'type':'attributes','attributes':{'plan':'gold'},'tags':['eu']}");
    assertThat(server.events(ClientEvent.AttributesChanged.class))
        .containsExactly(
            new ClientEvent.AttributesChanged(Map.of("plan", "\"gold\""), Set.of("eu")));
    assertThat(server.client().session().attributes()).isEqualTo(Map.of("plan", "\"gold\""));
    assertThat(server.client().session().tags()).containsExactly("eu");
    var own = server.client().session().set(Map.of("a", "1"));
    server.lane.settle();
    var id = server.line().last(Command.SetAttributes.class).id();
    server
        .line()
        .says("{'type':'attributes','id':%d,'attributes':{'a':1},'tags':[]}".formatted(id));
    assertThat(own).isCompleted();
    assertThat(server.events(ClientEvent.AttributesChanged.class))
        .as("an answer is no news")
        .hasSize(1);
  }
}
