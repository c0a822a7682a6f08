package io.byssus.core.contract;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.engine.ClusterBus.Name.Refused;
import io.byssus.core.engine.ClusterBus.Name.Taken;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.engine.ClusterBus.Notice.Superseded;
import io.byssus.core.engine.ClusterBus.Question;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.session.Change;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.testing.SteppedLanes;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What {@link ClusterBus} promises, as far as it can be tried in no time: that a name is free once
 * its lease has run out takes longer, and is a test of its own where that matters.
 */
public abstract class ClusterBusContract extends EngineTests {
  private ClusterBus bus;
  private ClusterBus busThere;
  private Ear ear;
  private Ear earThere;
  private final Owner owner = new Owner(unique("node"), "1");
  private final Owner again = new Owner(owner.node(), "2");

  /** Keeps what it hears. */
  private static final class Ear implements ClusterBus.Listener {
    private final LinkedBlockingQueue<Object> coming = new LinkedBlockingQueue<>();
    private final List<Object> heard = new ArrayList<>();

    @Override
    public void announced(Announcement announcement) {
      coming.add(announcement);
    }

    @Override
    public void left(Owner owner) {
      coming.add(owner);
    }

    @Override
    public void told(Notice notice) {
      coming.add(notice);
    }

    @Override
    public void reachable(boolean reachable) {}

    @Override
    public void forgot() {}

    /** Awaits this, unless it was heard already. */
    void hears(Object awaited) {
      try {
        var until = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
        while (!heard.contains(awaited)) {
          var next = coming.poll(until - System.nanoTime(), NANOSECONDS);
          assertThat(next).as("never heard: %s", awaited).isNotNull();
          heard.add(next);
        }
      } catch (InterruptedException e) {
        throw new AssertionError("the test was interrupted", e);
      }
    }
  }

  @BeforeEach
  void listen() {
    bus = here.engine().bus();
    busThere = there.engine().bus();
    ear = new Ear();
    bus.listen(ear);
    earThere = busThere == bus ? ear : new Ear();
    busThere.listen(earThere);
  }

  @AfterEach
  void giveTheNameBack() {
    get(bus.leave(owner));
    get(bus.leave(again));
  }

  private static Announcement announcement(Owner owner) {
    return new Announcement(
        owner, "ws://somewhere:8080/ws", "1.2.3", Duration.ofMillis(61_001), 7, 5, true);
  }

  private static void assertTaken(ClusterBus bus, Owner owner) {
    assertThat(get(bus.announce(announcement(owner)))).isInstanceOf(Taken.class);
  }

  @Test
  void whatANodeAnnouncesIsHeardByAllAndByItself() {
    var said = announcement(owner);
    assertThat(get(bus.announce(said))).isInstanceOf(Taken.class);
    ear.hears(said);
    earThere.hears(said);
  }

  @Test
  void whoHasANameKeepsItByAnnouncingAgain() {
    assertTaken(bus, owner);
    assertTaken(bus, owner);
    assertThat(get(busThere.announce(announcement(again)))).isEqualTo(new Refused());
  }

  @Test
  void anotherRunIsRefusedANameThatIsHeldAndNobodyHearsOfIt() {
    assertTaken(bus, owner);
    assertThat(get(busThere.announce(announcement(again)))).isEqualTo(new Refused());

    var later = superseded(CloseCode.TAKEN_OVER);
    get(busThere.tell(here.owner(), later));
    ear.hears(later);
    assertThat(ear.heard).doesNotContain(announcement(again));
    assertThat(get(busThere.announce(announcement(again)))).isEqualTo(new Refused());
  }

  @Test
  void aNameThatIsGivenBackIsFree() {
    assertTaken(bus, owner);
    get(bus.leave(owner));
    earThere.hears(owner);
    assertThat(get(busThere.announce(announcement(again)))).isEqualTo(new Taken(Set.of()));
    ear.hears(announcement(again));
  }

  @Test
  void ofManyRunsThatStartAtOnceOneGetsTheName() {
    var name = unique("node");
    var taken =
        atOnce(
            10,
            i ->
                () -> {
                  var run = new Owner(name, "run" + i);
                  return get((i % 2 == 0 ? bus : busThere).announce(announcement(run)))
                      instanceof Taken;
                });
    assertThat(taken.stream().filter(got -> got)).hasSize(1);
  }

  @Test
  void aNoticeReachesTheNodeThatItIsFor() {
    var forThere = superseded(CloseCode.TAKEN_OVER);
    var forHere = superseded(CloseCode.REPLACED);
    var last = superseded(CloseCode.REPLACED);
    get(bus.tell(there.owner(), forThere));
    get(busThere.tell(here.owner(), forHere));

    earThere.hears(forThere);
    ear.hears(forHere);
    if (ear != earThere) {
      get(busThere.tell(here.owner(), last));
      ear.hears(last);
      assertThat(ear.heard).doesNotContain(forThere);
      assertThat(earThere.heard).doesNotContain(forHere);
    }
  }

  @Test
  void aNodeTellsItself() {
    var notice = superseded(CloseCode.TAKEN_OVER);
    get(bus.tell(here.owner(), notice));
    ear.hears(notice);
  }

  @Test
  void aNoticeForNobodyIsNoTrouble() {
    get(bus.tell(new Owner(unique("nobody"), "1"), superseded(CloseCode.TAKEN_OVER)));
  }

  @Test
  void theLastListenerIsTold() {
    var last = new Ear();
    bus.listen(last);
    var notice = superseded(CloseCode.TAKEN_OVER);
    get(bus.tell(here.owner(), notice));
    last.hears(notice);
    assertThat(ear.heard).doesNotContain(notice);
  }

  private Notice superseded(CloseCode code) {
    return new Superseded(new Lease(unique("session"), owner, 3), code);
  }

  // Questions.

  private static final Duration WITHIN = Duration.ofSeconds(3);

  private final SteppedLanes lanes = new SteppedLanes(1, new SplittableRandom(1));

  /** Answers as it is told to, and keeps what it was asked. */
  private static final class Answering implements ClusterBus.Listener {
    final LinkedBlockingQueue<Question> asked = new LinkedBlockingQueue<>();
    private final CompletionStage<Reply> reply;

    Answering(CompletionStage<Reply> reply) {
      this.reply = reply;
    }

    @Override
    public CompletionStage<Reply> asked(Question question) {
      asked.add(question);
      return reply;
    }

    @Override
    public void announced(Announcement announcement) {}

    @Override
    public void left(Owner owner) {}

    @Override
    public void told(Notice notice) {}

    @Override
    public void reachable(boolean reachable) {}

    @Override
    public void forgot() {}
  }

  private CompletionStage<Optional<Reply>> ask(Owner to, Question question) {
    var asked = bus.ask(lanes.lane(0), to, question, WITHIN);
    lanes.settle();
    return asked;
  }

  /** A node that listens under its name. */
  private Answering answering(CompletionStage<Reply> reply) {
    assertTaken(bus, here.owner());
    assertTaken(busThere, there.owner());
    var answering = new Answering(reply);
    busThere.listen(answering);
    return answering;
  }

  private static <T> T taken(LinkedBlockingQueue<T> queue) {
    try {
      var next = queue.poll(PATIENCE_SECONDS, SECONDS);
      assertThat(next).isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }

  private Question question() {
    var lease = new Lease(unique("session"), there.owner(), 3);
    return new Question.ChangeSession(
        lease, Change.ofAttributes(Map.of("name", Json.of("\"Ann\""))));
  }

  @Test
  void aNodeAnswersWhatItIsAsked() {
    for (var reply :
        List.of(
            new Reply.Done(),
            new Reply.Refused(ErrorCode.TOO_MANY_TAGS, "at most 3"),
            new Reply.Lost(),
            new Reply.NotUnderstood())) {
      var node = answering(CompletableFuture.completedFuture(reply));
      var question = question();
      assertThat(get(ask(there.owner(), question))).contains(reply);
      assertThat(taken(node.asked)).isEqualTo(question);
    }
  }

  @Test
  void anAnswerMayTakeItsTime() {
    var reply = new CompletableFuture<Reply>();
    var node = answering(reply);
    var asked = ask(there.owner(), question());
    taken(node.asked);
    lanes.advance(WITHIN.minusMillis(1));
    assertThat(asked.toCompletableFuture()).isNotDone();
    reply.complete(new Reply.Done());
    assertThat(get(asked)).contains(new Reply.Done());
  }

  @Test
  void whoDoesNotAnswerInTimeIsSilentAndWhatItSaysLaterIsNobodys() {
    var reply = new CompletableFuture<Reply>();
    var node = answering(reply);
    var asked = ask(there.owner(), question());
    taken(node.asked);
    lanes.advance(WITHIN);
    assertThat(get(asked)).isEmpty();
    reply.complete(new Reply.Done());
    assertThat(get(asked)).isEmpty();
  }

  @Test
  void aNodeThatFailsToAnswerIsSilent() {
    var node = answering(CompletableFuture.failedFuture(new IllegalStateException("a defect")));
    var asked = ask(there.owner(), question());
    taken(node.asked);
    lanes.advance(WITHIN);
    assertThat(get(asked)).isEmpty();
  }

  @Test
  void whoIsNotThereIsSilent() {
    var asked = ask(new Owner(unique("nobody"), "1"), question());
    lanes.advance(WITHIN);
    assertThat(get(asked)).isEmpty();
    answering(CompletableFuture.completedFuture(new Reply.Done()));
    var formerRun = ask(new Owner(there.owner().node(), "a run before"), question());
    lanes.advance(WITHIN);
    assertThat(get(formerRun)).isEmpty();
  }

  @Test
  void ofSeveralItIsToldWhoAnsweredAndWhoDidNot() {
    answering(CompletableFuture.completedFuture(new Reply.Done()));
    var nobody = new Owner(unique("nobody"), "1");
    var all = bus.askAll(lanes.lane(0), List.of(there.owner(), nobody), question(), WITHIN);
    lanes.settle();
    get(ask(there.owner(), question())); // is asked behind the other, and answered behind it
    lanes.advance(WITHIN);
    assertThat(get(all))
        .isEqualTo(new ClusterBus.Answers(Map.of(there.owner(), new Reply.Done()), Set.of(nobody)));
  }

  @Test
  void aNoticeOfAnInboxIsTold() {
    get(busThere.tell(here.owner(), new Notice.InboxGrew("s")));
    ear.hears(new Notice.InboxGrew("s"));
  }
}
