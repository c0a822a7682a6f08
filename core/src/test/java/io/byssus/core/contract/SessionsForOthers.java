package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.session.Change;
import io.byssus.core.session.Change.NewSubscription;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionList.Filter;
import io.byssus.core.session.SessionList.Row;
import io.byssus.core.session.SessionStore.Changed;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Sessions as somebody else than their holder finds, lists and changes them. */
abstract class SessionsForOthers extends SessionTests {
  private static final Position START = new Position("epoch", 7);
  private static final int PAGES_MAX = 10_000;

  private FoundSession found(Lease lease) {
    return get(elsewhere.find(lease.session())).orElseThrow();
  }

  @Test
  void aSessionIsFoundAsItIs() {
    var attributes = Map.of("name", Json.of("\"Ann\""));
    var lease = created(attributes, Set.of("beta"));
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    assertHeld(sessions.subscribe(lease, "sport.*", Optional.empty(), Origin.SERVER));
    assertThat(found(lease))
        .isEqualTo(
            new FoundSession(
                lease.session(),
                USER,
                attributes,
                Set.of("beta"),
                Map.of("news", Optional.of(START), "sport.*", Optional.empty()),
                Set.of("sport.*"),
                Optional.of(lease),
                Optional.empty()));
  }

  @Test
  void ofADetachedOneItIsToldForHowLongItIsThere() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertThat(found(lease).holder()).isEmpty();
    assertThat(found(lease).left().orElseThrow()).isBetween(Duration.ZERO, ttl);
    engine.advance(ttl);
    assertThat(get(sessions.find(lease.session()))).isEmpty();
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(get(sessions.find(unique("session")))).isEmpty();
    var lease = created();
    get(sessions.remove(lease.session()));
    assertThat(get(elsewhere.find(lease.session()))).isEmpty();
  }

  // Lists.

  /**
   * All rows that the filter lets through, in pages of so many, of which {@code wanted} is true.
   */
  private List<Row> listed(Filter filter, int limit, Predicate<Row> wanted) {
    var rows = new ArrayList<Row>();
    var cursor = Optional.of(SessionList.START);
    for (var pages = 0; cursor.isPresent(); pages++) {
      assertThat(pages).as("the list never ends").isLessThan(PAGES_MAX);
      var page = get(elsewhere.list(filter, cursor.get(), limit));
      assertThat(page.sessions()).hasSizeLessThanOrEqualTo(limit);
      page.sessions().stream().filter(wanted).forEach(rows::add);
      cursor = page.next();
    }
    return rows;
  }

  private static Predicate<Row> among(Set<Lease> leases) {
    var ids = new HashSet<String>();
    leases.forEach(lease -> ids.add(lease.session()));
    return row -> ids.contains(row.id());
  }

  @Test
  void allSessionsAreListed() {
    var leases = new HashSet<Lease>();
    for (var i = 0; i < 150; i++) {
      leases.add(created());
    }
    var rows = listed(Filter.ALL, 7, among(leases));
    assertThat(rows.stream().map(row -> row.holder().orElseThrow()))
        .containsExactlyInAnyOrderElementsOf(leases);
  }

  @Test
  void aRowTellsWhoItIs() {
    var lease = created(Map.of(), Set.of("beta", "eu"));
    assertThat(listed(Filter.ALL, 100, among(Set.of(lease))))
        .containsExactly(
            new Row(
                lease.session(), USER, Set.of("beta", "eu"), Optional.of(lease), Optional.empty()));
    assertHeld(sessions.release(lease));
    var row = listed(Filter.ALL, 100, among(Set.of(lease))).getFirst();
    assertThat(row.holder()).isEmpty();
    assertThat(row.left().orElseThrow()).isBetween(Duration.ZERO, ttl);
  }

  @Test
  void aFilterLetsThroughWhatItTakes() {
    var attached = created();
    var detached = created();
    assertHeld(sessions.release(detached));
    var taken = granted(there, created().session()).lease();
    var ours = among(Set.of(attached, detached, taken));
    assertThat(ids(listed(new Filter(Optional.empty(), Optional.of(true)), 100, ours)))
        .containsExactlyInAnyOrder(attached.session(), taken.session());
    assertThat(ids(listed(new Filter(Optional.empty(), Optional.of(false)), 100, ours)))
        .containsExactly(detached.session());
    assertThat(
            ids(listed(new Filter(Optional.of(there.owner().node()), Optional.empty()), 1, ours)))
        .containsExactly(taken.session());
    assertThat(listed(new Filter(Optional.of("no node"), Optional.empty()), 100, ours)).isEmpty();
  }

  private static List<String> ids(List<Row> rows) {
    return rows.stream().map(Row::id).toList();
  }

  @Test
  void whoIsThereAllTheTimeIsNotMissedWhileOthersComeAndGo() {
    var stay = new HashSet<Lease>();
    var go = new ArrayList<Lease>();
    for (var i = 0; i < 60; i++) {
      stay.add(created());
      go.add(created());
    }
    var seen = new HashSet<String>();
    var cursor = Optional.of(SessionList.START);
    while (cursor.isPresent()) {
      var page = get(sessions.list(Filter.ALL, cursor.get(), 5));
      page.sessions().forEach(row -> seen.add(row.id()));
      cursor = page.next();
      if (!go.isEmpty()) {
        get(sessions.remove(go.removeLast().session()));
        get(sessions.renew(stay));
        created();
      }
    }
    assertThat(seen).containsAll(stay.stream().map(Lease::session).toList());
  }

  @Test
  void whatHasEndedOrPassedIsListedNoMore() {
    var ended = created();
    var passed = created();
    get(sessions.end(ended));
    assertHeld(sessions.release(passed));
    engine.advance(ttl);
    assertThat(listed(Filter.ALL, 100, among(Set.of(ended, passed)))).isEmpty();
  }

  @Test
  void whatIsRestoredIsListed() {
    var lease = created();
    var stored = stored(lease);
    var held = get(sessions.holder(lease.session())).orElseThrow().orElseThrow();
    assertHeld(sessions.restore(held, stored, 0, false));
    assertThat(listed(Filter.ALL, 100, among(Set.of(lease)))).hasSize(1);
  }

  @Test
  void anotherCursorThanOneThatWasToldIsRefused() {
    assertThatThrownBy(() -> sessions.list(Filter.ALL, "nonsense", 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sessions.list(Filter.ALL, SessionList.START, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sessions.list(Filter.ALL, "", SessionList.ROWS_MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // Changes.

  private Lease detached() {
    var lease = created(Map.of("name", Json.of("1"), "theme", Json.of("2")), Set.of("old"));
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START)));
    assertHeld(sessions.release(lease));
    return lease;
  }

  @Test
  void aDetachedSessionIsChangedInAllItsParts() {
    var lease = detached();
    var change =
        new Change(
            Map.of("name", Json.of("3"), "theme", Json.NULL),
            Optional.of(Set.of("new")),
            List.of(new NewSubscription("sport", Optional.of(START), Origin.SERVER)),
            Set.of("news"));
    assertThat(get(elsewhere.change(lease.session(), change)))
        .isEqualTo(new Changed.Done(USER, Set.of("old")));
    var next = granted(here, lease.session()).session();
    assertThat(next.attributes()).isEqualTo(Map.of("name", Json.of("3")));
    assertThat(next.tags()).containsExactly("new");
    assertThat(next.subscriptions()).isEqualTo(Map.of("sport", Optional.of(START)));
    assertThat(next.byServer()).containsExactly("sport");
  }

  @Test
  void whatIsNotNamedStays() {
    var lease = detached();
    assertThat(get(sessions.change(lease.session(), Change.ofAttributes(Map.of()))))
        .isInstanceOf(Changed.Done.class);
    var next = granted(here, lease.session()).session();
    assertThat(next.attributes()).hasSize(2);
    assertThat(next.tags()).containsExactly("old");
    assertThat(next.subscriptions()).isEqualTo(Map.of("news", Optional.of(START)));
  }

  @Test
  void whoSubscribesForAnotherMovesNoPosition() {
    var lease = detached();
    var again = new NewSubscription("news", Optional.of(START.at(99)), Origin.SERVER);
    get(sessions.change(lease.session(), Change.subscribing(again)));
    var next = granted(here, lease.session()).session();
    assertThat(next.subscriptions()).isEqualTo(Map.of("news", Optional.of(START)));
    assertThat(next.byServer()).containsExactly("news");
  }

  @Test
  void aSessionThatIsHeldIsLeftToItsHolder() {
    var lease = created();
    assertThat(
            get(elsewhere.change(lease.session(), Change.ofAttributes(Map.of("a", Json.of("1"))))))
        .isEqualTo(new Changed.Held(lease));
    assertThat(stored(lease).attributes()).isEmpty();
  }

  @Test
  void whatIsNotThereIsNotChanged() {
    assertThat(get(sessions.change(unique("session"), Change.unsubscribing("news"))))
        .isEqualTo(new Changed.None());
    var lease = detached();
    engine.advance(ttl);
    assertThat(get(sessions.change(lease.session(), Change.unsubscribing("news"))))
        .isEqualTo(new Changed.None());
  }

  // Origins.

  @Test
  void whoMadeASubscriptionIsRememberedAcrossClaims() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "mine", Optional.of(START)));
    assertHeld(sessions.subscribe(lease, "theirs", Optional.of(START), Origin.SERVER));
    assertHeld(sessions.acknowledge(lease, "theirs", START.at(9)));
    var next = granted(there, lease.session()).session();
    assertThat(next.byServer()).containsExactly("theirs");
    assertThat(next.subscriptions()).containsEntry("theirs", Optional.of(START.at(9)));
  }

  @Test
  void aClientDoesNotTakeOverWhatTheServerMade() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START), Origin.SERVER));
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START.at(9))));
    var next = granted(there, lease.session());
    assertThat(next.session().byServer()).containsExactly("news");
    assertHeld(elsewhere.unsubscribe(next.lease(), "news"));
    assertHeld(elsewhere.subscribe(next.lease(), "news", Optional.of(START)));
    assertThat(stored(next.lease()).byServer()).isEmpty();
  }

  @Test
  void whatTheServerMadeIsRestored() {
    var lease = created();
    assertHeld(sessions.subscribe(lease, "news", Optional.of(START), Origin.SERVER));
    var known = granted(here, lease.session());
    get(sessions.renew(List.of(known.lease())));
    assertHeld(sessions.restore(known.lease(), known.session(), 0, false));
    assertThat(stored(known.lease()).byServer()).containsExactly("news");
  }
}
