package io.byssus.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.protocol.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** The rules of reactive streams, as far as they can be seen from outside. */
class SubscribersRequestTest {
  private final ScriptedServer server = ScriptedServer.start(builder -> builder.queueMax(3));
  private final Subscription news = server.client().subscribe("news");

  /** Writes down what it is told. */
  private static class Probe implements Flow.Subscriber<Message> {
    final List<String> told = new ArrayList<>();
    Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription with) {
      told.add("subscribed");
      subscription = with;
    }

    @Override
    public void onNext(Message message) {
      told.add(message.data());
    }

    @Override
    public void onError(Throwable failure) {
      told.add(failure.getMessage());
    }

    @Override
    public void onComplete() {
      told.add("complete");
    }
  }

  private Probe subscribe() {
    var probe = new Probe();
    news.subscribe(probe);
    server.lane.settle();
    return probe;
  }

  private void messages(long from, long through) {
    for (long offset = from; offset <= through; offset++) {
      server.line().message("news", offset);
    }
  }

  private void request(Probe probe, long more) {
    probe.subscription.request(more);
    server.lane.settle();
  }

  @Test
  void eachGetsAsManyAsItHasRequested() {
    server.connected().subscribed("news", "q7", 0);
    var slow = subscribe();
    var quick = subscribe();
    request(slow, 1);
    request(quick, Long.MAX_VALUE);
    messages(1, 3);
    assertThat(slow.told).containsExactly("subscribed", "1");
    assertThat(quick.told).containsExactly("subscribed", "1", "2", "3");
    assertThat(news.position().orElseThrow().offset()).as("handled by all").isEqualTo(1);
    request(slow, 2);
    assertThat(slow.told).containsExactly("subscribed", "1", "2", "3");
    request(slow, Long.MAX_VALUE);
    request(slow, Long.MAX_VALUE);
    messages(4, 4);
    assertThat(slow.told).endsWith("4");
    assertThat(news.position().orElseThrow().offset()).isEqualTo(4);
  }

  @Test
  void aRequestOfNothingIsAnError() {
    server.connected().subscribed("news", "q7", 0);
    var probe = subscribe();
    request(probe, 0);
    assertThat(probe.told).hasSize(2).last().asString().contains("3.9");
    request(probe, 5);
    messages(1, 1);
    assertThat(probe.told).hasSize(2);
  }

  @Test
  void aCancelledOneHearsNothingAndLeavesTheRestToTheNext() {
    server.connected().subscribed("news", "q7", 0);
    var first = subscribe();
    request(first, 1);
    messages(1, 3);
    first.subscription.cancel();
    server.lane.settle();
    request(first, 5);
    assertThat(first.told).containsExactly("subscribed", "1");
    var second = subscribe();
    request(second, 5);
    assertThat(second.told).containsExactly("subscribed", "2", "3");
  }

  @Test
  void isCompleteWhenTheServerEndsItAndAllHasBeenHandled() {
    server.connected().subscribed("news", "q7", 0);
    var probe = subscribe();
    messages(1, 1);
    server.line().says("{'type':'unsubscribed','channel':'news'}");
    assertThat(probe.told).containsExactly("subscribed");
    request(probe, 1);
    assertThat(probe.told).containsExactly("subscribed", "1", "complete");
  }

  @Test
  void isCompleteAtOnceWhenTheProgramEndsIt() {
    server.connected().subscribed("news", "q7", 0);
    var probe = subscribe();
    messages(1, 1);
    news.unsubscribe();
    server.lane.settle();
    assertThat(probe.told).containsExactly("subscribed", "complete");
    assertThat(subscribe().told).containsExactly("subscribed", "complete");
  }

  @Test
  void whatIsBeingHandledWhenItCancelsIsHandled() {
    var handlers = new ManualExecutor();
    var blocked = ScriptedServer.start(handlers, builder -> builder);
    var probe =
        new Probe() {
          @Override
          public void onNext(Message message) {
            super.onNext(message);
            subscription.cancel();
            blocked.lane.settle(); // the stream knows, and the handler is still at it
          }
        };
    var line = blocked.connected();
    blocked.client().inbox().subscribe(probe);
    blocked.lane.settle();
    probe.subscription.request(5);
    line.says("{'type':'direct','offset':1,'data':1}");
    line.says("{'type':'direct','offset':2,'data':2}");
    handlers.runAll();
    blocked.passes(Duration.ofMillis(200));
    assertThat(probe.told).containsExactly("subscribed", "1");
    assertThat(line.last(Command.AckInbox.class).offset()).isEqualTo(1);
  }

  @Test
  void oneThatThrowsCountsAsCancelled() {
    server.connected().subscribed("news", "q7", 0);
    var probe =
        new Probe() {
          @Override
          public void onNext(Message message) {
            super.onNext(message);
            throw new IllegalStateException("on purpose");
          }
        };
    news.subscribe(probe);
    server.lane.settle();
    request(probe, 5);
    messages(1, 2);
    news.unsubscribe();
    server.lane.settle();
    assertThat(probe.told).containsExactly("subscribed", "1");
  }

  @Test
  void hearsAnErrorWhenTheServerHasEndedTheClient() {
    server.connected().subscribed("news", "q7", 0);
    var probe = subscribe();
    server.line().closes(4409, "taken_over");
    assertThat(probe.told).hasSize(2).last().asString().contains("taken_over");
  }

  @Test
  void aSlowOneMissesTheNewestAndListenersAreTold() {
    var lost = new ArrayList<String>();
    news.on(StreamEvent.Lost.class, event -> lost.add(event.reason()));
    server.connected().subscribed("news", "q7", 0);
    var slow = subscribe();
    messages(1, 6);
    assertThat(lost).containsExactly("overflow");
    request(slow, 10);
    messages(7, 7);
    assertThat(slow.told).containsExactly("subscribed", "1", "2", "3", "7");
  }

  @Test
  void nobodyIsNoSubscriber() {
    assertThatThrownBy(() -> news.subscribe(null)).isInstanceOf(NullPointerException.class);
  }
}
