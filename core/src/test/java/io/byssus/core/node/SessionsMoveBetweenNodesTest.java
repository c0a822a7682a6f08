package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.NodeObserver;
import io.byssus.core.engine.ClusterBus;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.TokenHash;
import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestCluster;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionsMoveBetweenNodesTest {
  private final TestCluster cluster = new TestCluster(32);
  private final TestNode one = cluster.start("n1");
  private final TestNode two = cluster.start("n2");

  @Test
  void whoLosesASessionToAnotherNodeIsToldAtOnce() {
    var old = one.client();
    var session = old.connect("ann");
    old.subscribe("kept.news");

    var young = two.client();
    var heard = young.resume(session, Map.of());

    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    assertThat(old.socket().closed()).contains(CloseCode.TAKEN_OVER);
    young.publish("kept.news", "a");
    assertThat(young.messages("kept.news")).containsExactly("a");
    assertThat(old.messages("kept.news")).isEmpty();
  }

  @Test
  void theNewHolderIsWokenByWhatIsSentFromTheOldOne() {
    var session = one.client().connect("ann");
    var young = two.client();
    young.resume(session, Map.of());

    one.connected("bob").send(new Target.ToUser("ann"), "hello");

    assertThat(young.directs()).containsExactly("hello");
  }

  @Test
  void aNoticeThatIsLateClosesNobodyElse() {
    var session = one.client().connect("ann");
    var there = two.client();
    there.resume(session, Map.of());
    var back = one.client();
    var again = TestClient.only(Connected.class, there.everything());
    back.resume(again, Map.of());

    // What the node heard of the first takeover comes twice, and the session is its own again.
    var first = new Lease(session.session(), one.owner(), 1);
    cluster
        .bus(two)
        .tell(one.owner(), new ClusterBus.Notice.Superseded(first, CloseCode.TAKEN_OVER));
    cluster.lanes.settle();

    assertThat(back.socket().closed()).isEmpty();
    assertThat(there.socket().closed()).contains(CloseCode.TAKEN_OVER);
  }

  @Test
  void aTakeoverThatNobodyWasToldOfIsFoundAtTheNextRenewal() {
    var old = one.client();
    var session = old.connect("ann");
    cluster.bus(one).pull(false);
    var young = two.client();
    young.resume(session, Map.of());
    assertThat(old.socket().closed()).isEmpty();

    for (int second = 0; second < 605; second += 5) {
      cluster.lanes.advance(Duration.ofSeconds(5));
      old.heartbeat();
      young.heartbeat();
    }

    assertThat(old.socket().closed()).contains(CloseCode.TAKEN_OVER);
  }

  @Test
  void theNewestSessionOfAUserReplacesThoseOnOtherNodes() {
    var strict = cluster.start("n3", new UserPolicy.NewestWins());
    var old = one.connected("ann");
    var detached = one.client();
    detached.connect("ann");
    detached.cut();

    var newest = strict.connected("ann");

    assertThat(old.socket().closed()).contains(CloseCode.REPLACED);
    assertThat(newest.socket().closed()).isEmpty();
    assertThat(one.engine.directory().sessions(new Target.ToUser("ann")).toCompletableFuture())
        .isCompletedWithValueMatching(sessions -> sessions.size() == 1);
  }

  @Test
  void aClaimThatWasRepeatedIsNoTakeover() {
    var resumes = new ArrayList<Boolean>();
    var observer =
        new NodeObserver() {
          @Override
          public void sessionResumed(String session, boolean takeover) {
            resumes.add(takeover);
          }
        };
    var node = cluster.prepare("n3", "1", new UserPolicy.Unlimited(), observer, engine -> engine);
    var client = node.client();
    var session = client.connect("ann");
    client.cut();
    // The first of the two claims: done, and its answer lost.
    claim(node.owner(), session);

    var heard = client.resume(session, Map.of());

    assertThat(TestClient.only(Connected.class, heard).resumed()).isTrue();
    assertThat(client.socket().closed()).isEmpty();
    assertThat(resumes).containsExactly(false);
  }

  private void claim(Owner owner, Connected session) {
    var token = TokenHash.of(session.resume());
    one.engine
        .sessions()
        .claim(session.session(), session.user(), token, TokenHash.of("lost"), owner)
        .toCompletableFuture()
        .join();
  }

  @Test
  void whatIsPublishedOnOneNodeIsHeardOnAllOnceAndInOrder() {
    var listeners = new ArrayList<TestClient>();
    for (var node : List.of(one, two, two)) {
      var client = node.connected("u");
      client.subscribe("kept.news");
      listeners.add(client);
    }
    one.connected("p").publish("kept.news", "a");
    two.connected("q").publish("kept.news", "b");
    for (var listener : listeners) {
      assertThat(listener.messages("kept.news")).containsExactly("a", "b");
      assertThat(TestClient.all(Missed.class, listener.everything())).isEmpty();
    }
  }
}
