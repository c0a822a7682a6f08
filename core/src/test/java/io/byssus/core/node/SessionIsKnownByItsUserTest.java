package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Durability;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.Published;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sessions that have an identity in place of a resume token: devices, for example. */
class SessionIsKnownByItsUserTest {
  private static final Identity PUMP = pump("g1", Set.of("pumps"), false);

  private final TestCluster cluster = new TestCluster(71);
  private final TestNode one = cluster.start("n1");
  private final TestNode two = cluster.start("n2");

  private static Identity pump(String user, Set<String> tags, boolean yielding) {
    return new Identity("device:g1:7", user, tags, Map.of("address", Json.of("7")), yielding);
  }

  @Test
  void itIsMadeOnceAndThenResumedWithoutAToken() {
    var pump = one.client();
    var first = TestClient.only(Connected.class, pump.enter(PUMP));
    assertThat(first.session()).isEqualTo("device:g1:7");
    assertThat(first.user()).isEqualTo("g1");
    assertThat(first.resume()).isEmpty();
    assertThat(first.resumed()).isFalse();
    pump.cut();

    var second = TestClient.only(Connected.class, pump.enter(PUMP));

    assertThat(second.session()).isEqualTo("device:g1:7");
    assertThat(second.resumed()).isTrue();
  }

  @Test
  void whatWasSentMeanwhileIsThereOnAnyNode() {
    var pump = one.client();
    pump.enter(PUMP);
    pump.cut();
    var ann = one.connected("ann");
    ann.send(new Target.ToSession("device:g1:7"), "by session");
    ann.send(new Target.ToUser("g1"), "by user");
    ann.send(new Target.ToTag("pumps"), "by tag");

    var there = two.client();
    there.enter(PUMP);

    assertThat(there.directs()).containsExactly("by session", "by user", "by tag");
  }

  @Test
  void theOneWhoComesLaterHasItAndTheOtherIsTold() {
    var old = one.client();
    old.enter(PUMP);
    var young = two.client();

    var heard = young.enter(PUMP);

    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    assertThat(old.socket().closed()).contains(CloseCode.TAKEN_OVER);
    one.connected("ann").send(new Target.ToSession("device:g1:7"), "on");
    assertThat(young.directs()).containsExactly("on");
    assertThat(old.directs()).isEmpty();
  }

  @Test
  void whoYieldsDoesNotTakeItFromAnother() {
    var holder = one.client();
    holder.enter(PUMP);
    var yielding = two.client();

    assertThat(TestClient.error(yielding.enter(pump("g1", Set.of("pumps"), true))))
        .isEqualTo(ErrorCode.RESUME_REFUSED);

    assertThat(holder.socket().closed()).isEmpty();
    holder.cut();
    cluster.lanes.settle();
    var heard = yielding.enter(pump("g1", Set.of("pumps"), true));
    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
  }

  @Test
  void anotherUserIsRefused() {
    one.client().enter(PUMP);
    var eve = two.client();

    var heard = eve.enter(pump("eve", Set.of(), false));

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.RESUME_REFUSED);
    assertThat(eve.socket().closed()).contains(CloseCode.FORBIDDEN);
  }

  @Test
  void noClientResumesItByConnect() {
    var pump = one.client();
    var session = TestClient.only(Connected.class, pump.enter(PUMP));
    pump.cut();

    var heard = one.client().resume(session, Map.of());

    assertThat(TestClient.error(heard)).isEqualTo(ErrorCode.RESUME_REFUSED);
  }

  @Test
  void whatIsSaidBeforeItIsLetInWaits() {
    var ann = one.connected("ann");
    ann.subscribe("kept.readings");
    var pump = one.client();
    pump.enter(PUMP);
    pump.cut();
    pump.enterAndSay(
        PUMP,
        new Command.Publish(5, "kept.readings", TestClient.text("21"), "", Durability.ACCEPTED));

    assertThat(TestClient.all(Published.class, pump.everything())).hasSize(1);
    assertThat(TestClient.all(Failed.class, pump.everything())).isEmpty();
    cluster.lanes.settle();
    assertThat(ann.messages("kept.readings")).containsExactly("21");
  }

  @Test
  void itsTagsAreThoseOfToday() {
    var pump = one.client();
    pump.enter(PUMP);
    pump.cut();

    pump.enter(pump("g1", Set.of("valves"), false));

    var attributes = TestClient.only(Attributes.class, pump.say(new Command.GetAttributes(9)));
    assertThat(attributes.tags()).containsExactly("valves");
    assertThat(attributes.attributes()).containsEntry("address", Json.of("7"));
    var ann = one.connected("ann");
    assertThat(TestClient.error(ann.send(new Target.ToTag("pumps"), "x")))
        .isEqualTo(ErrorCode.NO_RECIPIENT);
    ann.send(new Target.ToTag("valves"), "open");
    assertThat(pump.directs()).containsExactly("open");
  }

  @Test
  void aNodeThatDrainsLetsNobodyIn() {
    one.node.drain(Duration.ZERO);
    cluster.lanes.settle();

    assertThat(TestClient.error(one.client().enter(PUMP))).isEqualTo(ErrorCode.DRAINING);
    assertThat(TestClient.only(Connected.class, two.client().enter(PUMP)).node()).isEqualTo("n2");
  }

  @Test
  void ofManyWhoMakeItAtOnceOneHasIt() {
    var rivals = List.of(one.client(), two.client(), one.client(), two.client());
    rivals.forEach(rival -> rival.enterWithoutWaiting(PUMP));
    cluster.lanes.settle();

    assertThat(rivals).filteredOn(rival -> rival.socket().closed().isEmpty()).hasSize(1);
  }
}
