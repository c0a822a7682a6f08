package io.byssus.redis;

import static io.byssus.redis.TestNode.KEYS;
import static io.byssus.redis.TestNode.get;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.engine.ClusterBus.Question;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.session.Owner;
import io.byssus.core.testing.SteppedLanes;
import io.byssus.redis.testing.RedisDeployment;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a newer build says on the bus, said here by hand, as far as this one knows it. */
class NewerNodesAreUnderstoodTest {
  private static final Duration WITHIN = Duration.ofSeconds(3);

  private final RedisDeployment redis = RedisDeployment.standalone();
  private final TestNode node = TestNode.on(redis);
  private final TestNode other = TestNode.on(redis);
  private final SteppedLanes lanes = new SteppedLanes(1, new SplittableRandom(1));
  private final LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();

  /** Hears all, and answers nothing. */
  private final class Ear implements ClusterBus.Listener {
    @Override
    public void announced(Announcement announcement) {
      heard.add(announcement);
    }

    @Override
    public void left(Owner owner) {
      heard.add(owner);
    }

    @Override
    public void told(Notice notice) {
      heard.add(notice);
    }

    @Override
    public CompletionStage<Reply> asked(Question question) {
      heard.add(question);
      return new CompletableFuture<>();
    }

    @Override
    public void notUnderstood(String type) {
      heard.add(type);
    }

    @Override
    public void reachable(boolean reachable) {}

    @Override
    public void forgot() {}
  }

  NewerNodesAreUnderstoodTest() {
    node.engine.bus().listen(new Ear());
  }

  @AfterEach
  void close() {
    node.close();
    other.close();
    redis.close();
  }

  private void publish(String channel, String message) {
    redis.primary().command("PUBLISH", channel, message);
  }

  private Object nextHeard() throws InterruptedException {
    return heard.poll(10, SECONDS);
  }

  private CompletionStage<Optional<Reply>> ask(Question question) {
    var asked = other.engine.bus().ask(lanes.lane(0), node.owner, question, WITHIN);
    lanes.settle();
    return asked;
  }

  @Test
  void aNewerFieldIsIgnored() throws InterruptedException {
    publish(
        KEYS.bus(),
        "{\"type\":\"announced\",\"node\":\"n9\",\"lamp\":{\"on\":true},\"run\":\"r\",\"address\":\"a\","
            + "\"version\":\"9\",\"uptime\":5,\"connections\":1,\"sessions\":2,\"ready\":true}");
    assertThat(nextHeard())
        .isEqualTo(
            new Announcement(new Owner("n9", "r"), "a", "9", Duration.ofMillis(5), 1, 2, true));
  }

  @Test
  void aNewerMessageIsToldAndTheNextIsHeard() throws InterruptedException {
    publish(KEYS.bus(), "{\"type\":\"lamp\",\"on\":true}");
    publish(KEYS.bus(), "what no node says");
    publish(KEYS.bus(node.owner), "{\"type\":\"inbox_grew\",\"session\":\"s\"}");
    assertThat(nextHeard()).isEqualTo("lamp");
    assertThat(nextHeard()).isEqualTo(new Notice.InboxGrew("s"));
  }

  @Test
  void aNewerQuestionIsAnsweredAsNotUnderstood() throws InterruptedException {
    var drain = new Question.Drain(node.owner);
    var asked = ask(drain);
    assertThat(nextHeard()).isEqualTo(drain);
    // The first question of the other node, as if it had asked what only a newer build can.
    publish(
        KEYS.bus(node.owner),
        "{\"type\":\"lamp\",\"ask\":1,\"by\":{\"node\":\"%s\",\"run\":\"%s\"}}"
            .formatted(other.owner.node(), other.owner.incarnation()));
    assertThat(get(asked)).contains(new Reply.NotUnderstood());
    assertThat(nextHeard()).isEqualTo("lamp");
  }

  @Test
  void aNodeThatDiedIsKnownToBeSilentBeforeItsTime() {
    node.close();
    assertThat(get(ask(new Question.Drain(node.owner)))).isEmpty();
  }
}
