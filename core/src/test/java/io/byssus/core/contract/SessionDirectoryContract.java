package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.delivery.SessionDirectory.Entry;
import io.byssus.protocol.Target;
import io.byssus.protocol.Target.ToSession;
import io.byssus.protocol.Target.ToTag;
import io.byssus.protocol.Target.ToUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link SessionDirectory} promises. */
public abstract class SessionDirectoryContract extends EngineTests {
  private SessionDirectory directory;
  private SessionDirectory elsewhere;

  @BeforeEach
  void openDirectories() {
    directory = here.engine().directory();
    elsewhere = there.engine().directory();
  }

  private void add(Target target, String... sessions) {
    for (var session : sessions) {
      get(directory.add(target, session));
    }
  }

  private void remove(Target target, String session) {
    get(directory.remove(target, session));
  }

  private void assertSessions(Target target, String... sessions) {
    assertThat(get(directory.sessions(target))).containsExactly(sessions);
    assertThat(get(elsewhere.sessions(target))).containsExactly(sessions);
  }

  @Test
  void aTargetThatNobodyIsUnderIsEmpty() {
    assertSessions(new ToUser(unique("user")));
    assertSessions(new ToTag(unique("tag")));
  }

  @Test
  void sessionsStandInTheOrderInWhichTheyWereAdded() {
    var ann = new ToUser(unique("ann"));
    add(ann, "c", "a", "b");
    assertSessions(ann, "c", "a", "b");
  }

  @Test
  void addingAgainIsNoChange() {
    var ann = new ToUser(unique("ann"));
    add(ann, "a");
    add(ann, "a");
    assertSessions(ann, "a");
    add(ann, "b", "a");
    assertSessions(ann, "a", "b");
  }

  @Test
  void oneAdditionMayHoldMany() {
    var ann = new ToUser(unique("ann"));
    var beta = new ToTag(unique("beta"));
    add(beta, "b");
    get(
        directory.add(
            List.of(
                new Entry(ann, "a"),
                new Entry(beta, "a"),
                new Entry(new ToSession("a"), "a"),
                new Entry(beta, "b"),
                new Entry(ann, "c"))));
    assertSessions(ann, "a", "c");
    assertSessions(beta, "b", "a");
    get(directory.add(List.of()));
  }

  @Test
  void whatIsNotAddedAgainIsForgotten() {
    var ann = new ToUser(unique("ann"));
    var bob = new ToUser(unique("bob"));
    var life = settings.sessionTtl().multipliedBy(SessionDirectory.LIVES);
    add(ann, "left", "kept");
    add(bob, "left");
    engine.advance(most(life));
    assertSessions(ann, "left", "kept");
    assertSessions(bob, "left");
    add(ann, "kept", "new");
    engine.advance(most(life));
    assertSessions(ann, "kept", "new");
    assertSessions(bob);
    add(ann, "left");
    assertSessions(ann, "kept", "new", "left");
  }

  /** Whoever has learned that a session is gone does not remove one that was made since. */
  @Test
  void whatWasAddedOfLateIsNotOld() {
    var ann = new ToUser(unique("ann"));
    add(ann, "a", "b");
    get(directory.removeOld(ann, "a"));
    assertSessions(ann, "a", "b");
    engine.advance(most(settings.sessionTtl()));
    add(ann, "b");
    get(directory.removeOld(ann, "a"));
    get(directory.removeOld(ann, "b"));
    get(directory.removeOld(ann, "never"));
    assertSessions(ann, "b");
  }

  @Test
  void aRemovedSessionIsUnderItNoMore() {
    var ann = new ToUser(unique("ann"));
    add(ann, "a", "b", "c");
    remove(ann, "b");
    assertSessions(ann, "a", "c");
    remove(ann, "a");
    remove(ann, "c");
    assertSessions(ann);
  }

  @Test
  void aSessionThatIsAddedAfterItsRemovalStandsLast() {
    var ann = new ToUser(unique("ann"));
    add(ann, "a", "b");
    remove(ann, "a");
    add(ann, "a");
    assertSessions(ann, "b", "a");
  }

  @Test
  void removingWhatIsNotThereIsNoChange() {
    var ann = new ToUser(unique("ann"));
    remove(ann, "a");
    add(ann, "a");
    remove(ann, "b");
    assertSessions(ann, "a");
    remove(ann, "a");
    remove(ann, "a");
    assertSessions(ann);
  }

  @Test
  void aUserAndATagOfTheSameNameAreTwo() {
    var name = unique("same");
    add(new ToUser(name), "a");
    add(new ToTag(name), "b");
    assertSessions(new ToUser(name), "a");
    assertSessions(new ToTag(name), "b");
    remove(new ToUser(name), "b");
    assertSessions(new ToTag(name), "b");
  }

  @Test
  void aSessionStandsForItself() {
    var session = unique("session");
    assertSessions(new ToSession(session), session);
    add(new ToSession(session), "other");
    assertSessions(new ToSession(session), session);
    remove(new ToSession(session), session);
    assertSessions(new ToSession(session), session);
  }

  @Test
  void namesMayBeAnything() {
    var odd = new ToTag(unique("{x}:* \r\n\0 é 😀"));
    add(odd, "a");
    assertSessions(odd, "a");
  }

  @Test
  void aTagCanHaveManySessions() {
    var tag = new ToTag(unique("tag"));
    var sessions = IntStream.range(0, 500).mapToObj(i -> "session-" + i).toArray(String[]::new);
    add(tag, sessions);
    assertSessions(tag, sessions);
  }

  @Test
  void concurrentAdditionsAndRemovalsAreAllDone() {
    var tag = new ToTag(unique("tag"));
    IntStream.range(0, 50).forEach(i -> add(tag, "old-" + i));
    atOnce(
        100,
        i ->
            () ->
                get(
                    i % 2 == 0
                        ? directory.remove(tag, "old-" + i / 2)
                        : elsewhere.add(tag, "new-" + i / 2)));
    assertThat(get(directory.sessions(tag)))
        .containsExactlyInAnyOrder(
            IntStream.range(0, 50).mapToObj(i -> "new-" + i).toArray(String[]::new));
  }

  private List<String> paged(Target target, int limit) {
    var all = new ArrayList<String>();
    var cursor = Optional.of(SessionDirectory.START);
    while (cursor.isPresent()) {
      var page = get(elsewhere.page(target, cursor.get(), limit));
      assertThat(page.sessions()).hasSizeLessThanOrEqualTo(limit);
      all.addAll(page.sessions());
      cursor = page.next();
    }
    return all;
  }

  @Test
  void pagesTellAllInTheOrderInWhichTheyWereAdded() {
    var tag = new ToTag(unique("tag"));
    assertThat(paged(tag, 3)).isEmpty();
    add(tag, "only");
    assertThat(paged(tag, 3)).containsExactly("only");
    var sessions = IntStream.range(0, 50).mapToObj(i -> "session-" + i).toArray(String[]::new);
    add(tag, sessions);
    add(tag, "session-7");
    remove(tag, "only");
    for (var limit : new int[] {1, 7, 50, 100}) {
      assertThat(paged(tag, limit)).containsExactly(sessions);
    }
    remove(tag, "session-7");
    add(tag, "session-7");
    assertThat(paged(tag, 10)).hasSize(50).endsWith("session-7");
  }

  @Test
  void whoStaysIsNotMissedWhileOthersComeAndGo() {
    var tag = new ToTag(unique("tag"));
    IntStream.range(0, 30).forEach(i -> add(tag, "stay-" + i, "go-" + i));
    var seen = new ArrayList<String>();
    var cursor = Optional.of(SessionDirectory.START);
    for (var i = 0; cursor.isPresent(); i++) {
      var page = get(directory.page(tag, cursor.get(), 4));
      seen.addAll(page.sessions());
      cursor = page.next();
      remove(tag, "go-" + i);
      add(tag, "stay-" + i % 30);
    }
    assertThat(seen)
        .containsAll(IntStream.range(0, 30).mapToObj(i -> "stay-" + i).toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void aPageForgetsWhatIsNotAddedAgain() {
    var tag = new ToTag(unique("tag"));
    var life = settings.sessionTtl().multipliedBy(SessionDirectory.LIVES);
    add(tag, "left", "kept");
    engine.advance(most(life));
    add(tag, "kept");
    engine.advance(most(life));
    assertThat(paged(tag, 1)).containsExactly("kept");
  }

  @Test
  void aPageOfASessionIsItself() {
    assertThat(paged(new ToSession("s"), 10)).containsExactly("s");
  }
}
