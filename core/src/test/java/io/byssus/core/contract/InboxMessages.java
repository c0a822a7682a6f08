package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.InboxStore.Page;
import io.byssus.core.session.Lease;
import io.byssus.protocol.Json;
import io.byssus.protocol.Sender;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.Target;
import io.byssus.protocol.Target.ToTag;
import io.byssus.protocol.Target.ToUser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Directed messages are a stream: appended, read on from an offset, acknowledged. */
abstract class InboxMessages extends InboxTests {
  @Test
  void aMessageIsReadAsItWasSent() {
    var lease = created();
    var from = Optional.of(new Sender("bob", "session-of-bob"));
    var data = Json.of("{\"text\":\"\\u0000 é 😀\"}");
    assertThat(get(inboxesElsewhere.append(lease.session(), data, from)))
        .isInstanceOf(Append.Taken.class);
    assertThat(page(lease, 0, 10)).isEqualTo(new Page(1, List.of(new Item(1, data, from))));
  }

  /** The directory may list a session where it stands no more: what it has decides. */
  @Test
  void onlyThoseWhoAreMeantGetIt() {
    var lease = created(Map.of(), Set.of("beta", "eu", "e"));
    assertThat(append(lease, new ToUser(USER))).isInstanceOf(Append.Taken.class);
    assertThat(append(lease, new ToTag("eu"))).isInstanceOf(Append.Taken.class);
    assertThat(append(lease, new ToTag("e"))).isInstanceOf(Append.Taken.class);
    assertThat(append(lease, new ToUser("bob"))).isEqualTo(Append.NO_SESSION);
    assertThat(append(lease, new ToUser("eu"))).isEqualTo(Append.NO_SESSION);
    assertThat(append(lease, new ToTag("u"))).isEqualTo(Append.NO_SESSION);
    assertThat(append(lease, new ToTag("ann"))).isEqualTo(Append.NO_SESSION);
    assertHeld(setTags(lease, Set.of("é 😀")));
    assertThat(append(lease, new ToTag("eu"))).isEqualTo(Append.NO_SESSION);
    assertThat(append(lease, new ToTag("é 😀"))).isInstanceOf(Append.Taken.class);
    assertHeld(setTags(lease, Set.of()));
    assertThat(append(lease, new ToTag("é 😀"))).isEqualTo(Append.NO_SESSION);
    assertThat(page(lease, 0, 10).items()).hasSize(4);
  }

  private Append append(Lease to, Target as) {
    return get(inboxes.append(to.session(), as, Json.of("1"), Optional.empty(), ""));
  }

  @Test
  void aMessageMayHaveNoSender() {
    var lease = created();
    assertStored(lease, 1);
    assertThat(page(lease, 0, 10).items().getFirst().from()).isEmpty();
  }

  @Test
  void anInboxThatNeverHadAMessageIsEmpty() {
    assertThat(page(created(), 0, 10)).isEqualTo(new Page(0, List.of()));
  }

  @Test
  void offsetsCountFromOne() {
    var lease = created();
    assertStored(lease, 1, 3);
    assertThat(offsets(page(lease, 0, 10))).containsExactly(1L, 2L, 3L);
    assertThat(numbers(page(lease, 0, 10))).containsExactly("1", "2", "3");
  }

  @Test
  void readingGoesOnAfterAnOffset() {
    var lease = created();
    assertStored(lease, 1, 4);
    assertThat(offsets(page(lease, 2, 10))).containsExactly(3L, 4L);
    assertThat(offsets(page(lease, 4, 10))).isEmpty();
    assertThat(offsets(page(lease, 99, 10))).isEmpty();
  }

  @Test
  void aPageEndsAtItsLimitAndTellsTheTop() {
    var lease = created();
    assertStored(lease, 1, 4);
    assertThat(offsets(page(lease, 0, 2))).containsExactly(1L, 2L);
    assertThat(offsets(page(lease, 2, 2))).containsExactly(3L, 4L);
    assertThat(page(lease, 1, 2).top()).isEqualTo(4);
    assertThat(page(lease, 0, 0)).isEqualTo(new Page(4, List.of()));
  }

  @Test
  void aPageEndsBeforeItHasMoreBytesThanAskedForButHoldsOneMessage() {
    var lease = created();
    var data = Json.of('"' + "x".repeat(200) + '"');
    for (int i = 0; i < 5; i++) {
      assertThat(get(inboxes.append(lease.session(), data, Optional.empty())))
          .isInstanceOf(Append.Taken.class);
    }
    var some = get(inboxes.read(lease, 0, new Bounds(10, 550))).orElseThrow();
    assertThat(offsets(some)).containsExactly(1L, 2L);
    assertThat(some.top()).isEqualTo(5);
    var one = get(inboxes.read(lease, 2, new Bounds(10, 10))).orElseThrow();
    assertThat(offsets(one)).containsExactly(3L);
  }

  @Test
  void readingForgetsNothing() {
    var lease = created();
    assertStored(lease, 1, 3);
    page(lease, 0, 10);
    assertThat(offsets(page(lease, 0, 10))).containsExactly(1L, 2L, 3L);
  }

  @Test
  void noSessionTakesNoMessage() {
    var unknown = new Lease(unique("session"), here.owner(), 1);
    assertThat(append(unknown, 1)).isEqualTo(Append.NO_SESSION);
  }

  @Test
  void aDetachedSessionGetsItsMessagesWhenItComesBack() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertStored(lease, 1, 2);
    var back = granted(there, lease.session()).lease();
    assertThat(numbers(get(inboxesElsewhere.read(back, 0, Bounds.most(10))).orElseThrow()))
        .containsExactly("1", "2");
  }

  @Test
  void whatIsAcknowledgedIsForgotten() {
    var lease = created();
    assertStored(lease, 1, 4);
    assertHeld(inboxes.acknowledge(lease, 2));
    assertThat(offsets(page(lease, 0, 10))).containsExactly(3L, 4L);
  }

  @Test
  void theAcknowledgedOffsetComesBackWithTheSession() {
    var lease = created();
    assertStored(lease, 1, 4);
    assertHeld(inboxes.acknowledge(lease, 3));
    assertThat(stored(lease).inbox()).isEqualTo(3);
  }

  @Test
  void acknowledgingLessLaterChangesNothing() {
    var lease = created();
    assertStored(lease, 1, 4);
    assertHeld(inboxes.acknowledge(lease, 3));
    assertHeld(inboxes.acknowledge(lease, 3));
    assertHeld(inboxes.acknowledge(lease, 1));
    assertHeld(inboxes.acknowledge(lease, 0));
    assertThat(offsets(page(lease, 0, 10))).containsExactly(4L);
    assertThat(stored(lease).inbox()).isEqualTo(3);
  }

  @Test
  void offsetsGoOnAfterEverythingWasAcknowledged() {
    var lease = created();
    assertStored(lease, 1, 3);
    assertHeld(inboxes.acknowledge(lease, 3));
    assertThat(page(lease, 0, 10)).isEqualTo(new Page(3, List.of()));
    assertStored(lease, 4);
    assertThat(offsets(page(lease, 3, 10))).containsExactly(4L);
  }

  @Test
  void whatWasNeverAppendedCannotBeAcknowledgedAway() {
    var lease = created();
    assertHeld(inboxes.acknowledge(lease, 99));
    assertStored(lease, 1, 2);
    assertHeld(inboxes.acknowledge(lease, Long.MAX_VALUE));
    assertStored(lease, 3);
    assertThat(offsets(page(lease, 0, 10))).containsExactly(3L);
    assertThat(stored(lease).inbox()).isEqualTo(2);
  }

  @Test
  void messagesOfOneThreadKeepTheirOrder() {
    var lease = created();
    var count = Math.min(100, settings.inboxMessages());
    var appends =
        IntStream.rangeClosed(1, count)
            .<CompletionStage<Append>>mapToObj(
                i -> inboxes.append(lease.session(), Json.of("" + i), Optional.empty()))
            .toList();
    assertThat(getAll(appends)).hasOnlyElementsOfType(Append.Taken.class);
    var inOrder = IntStream.rangeClosed(1, count).mapToObj(i -> "" + i).toList();
    assertThat(numbers(page(lease, 0, count))).isEqualTo(inOrder);
  }

  @Test
  void concurrentMessagesHaveOffsetsWithoutHoles() {
    var lease = created();
    var count = Math.min(50, settings.inboxMessages());
    var appends =
        atOnce(
            count,
            i ->
                () ->
                    get(
                        (i % 2 == 0 ? inboxes : inboxesElsewhere)
                            .append(lease.session(), Json.of("" + i), Optional.empty())));
    assertThat(appends).hasOnlyElementsOfType(Append.Taken.class);
    var page = page(lease, 0, count);
    assertThat(offsets(page)).isEqualTo(LongStream.rangeClosed(1, count).boxed().toList());
    assertThat(numbers(page)).doesNotHaveDuplicates();
  }

  @Test
  void inboxesAreSeparate() {
    var one = created();
    var other = created();
    assertStored(one, 1, 3);
    assertThat(page(other, 0, 10)).isEqualTo(new Page(0, List.of()));
  }
}
