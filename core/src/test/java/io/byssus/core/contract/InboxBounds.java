package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.protocol.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An inbox takes so many messages, so many bytes, for so long. */
abstract class InboxBounds extends InboxTests {
  @Test
  void anInboxOfEnoughMessagesIsFullAndKeepsThem() {
    var lease = created();
    var most = settings.inboxMessages();
    assertStored(lease, 1, most);
    assertThat(append(lease, 0)).isEqualTo(Append.FULL);
    assertThat(append(lease, 0)).isEqualTo(Append.FULL);
    assertThat(offsets(page(lease, 0, most + 1))).hasSize(most);
    assertThat(page(lease, 0, 0).top()).isEqualTo(most);
  }

  @Test
  void anInboxOfEnoughBytesIsFull() {
    var lease = created();
    var half = settings.inboxBytes() / 2;
    assertThat(append(lease, text(half))).isInstanceOf(Append.Taken.class);
    assertThat(append(lease, text(settings.inboxBytes() - half))).isInstanceOf(Append.Taken.class);
    assertThat(append(lease, 1)).isEqualTo(Append.FULL);
  }

  @Test
  void aMessageLargerThanTheInboxIsRefused() {
    var lease = created();
    assertThat(append(lease, text(settings.inboxBytes() + 1))).isEqualTo(Append.FULL);
    assertThat(append(lease, text(settings.inboxBytes()))).isInstanceOf(Append.Taken.class);
  }

  @Test
  void acknowledgingMakesRoomForMessages() {
    var lease = created();
    var most = settings.inboxMessages();
    assertStored(lease, 1, most);
    assertHeld(inboxes.acknowledge(lease, 1));
    assertStored(lease, most + 1);
    assertThat(append(lease, 0)).isEqualTo(Append.FULL);
  }

  @Test
  void acknowledgingMakesRoomForBytes() {
    var lease = created();
    assertThat(append(lease, text(settings.inboxBytes()))).isInstanceOf(Append.Taken.class);
    assertHeld(inboxes.acknowledge(lease, 1));
    assertThat(append(lease, text(settings.inboxBytes()))).isInstanceOf(Append.Taken.class);
  }

  @Test
  void whatWasRefusedTakesNoOffset() {
    var lease = created();
    assertThat(append(lease, text(settings.inboxBytes() + 1))).isEqualTo(Append.FULL);
    assertStored(lease, 1);
    assertThat(offsets(page(lease, 0, 10))).containsExactly(1L);
  }

  @Test
  void oldMessagesVanishAndTheRestStays() {
    var lease = created();
    assertStored(lease, 1, 2);
    engine.advance(most(settings.inboxAge()));
    get(sessions.renew(List.of(lease)));
    assertStored(lease, 3);
    assertThat(offsets(page(lease, 0, 10))).containsExactly(1L, 2L, 3L);
    engine.advance(most(settings.inboxAge()));
    assertThat(offsets(page(lease, 0, 10))).containsExactly(3L);
    assertThat(page(lease, 0, 10).top()).isEqualTo(3);
  }

  @Test
  void oldMessagesMakeRoomAndTheirOffsetsAreNotUsedAgain() {
    var lease = created();
    var most = settings.inboxMessages();
    assertStored(lease, 1, most);
    engine.advance(settings.inboxAge());
    assertThat(page(lease, 0, 10).items()).isEmpty();
    assertThat(page(lease, 0, 10).top()).isEqualTo(most);
    assertStored(lease, most + 1);
    assertThat(offsets(page(lease, 0, 10))).containsExactly(most + 1L);
  }

  @Test
  void whatPassedItsAgeIsNotAcknowledged() {
    var lease = created();
    assertStored(lease, 1, 2);
    assertHeld(inboxes.acknowledge(lease, 1));
    engine.advance(settings.inboxAge());
    assertThat(page(lease, 0, 10).items()).isEmpty();
    assertThat(stored(lease).inbox()).isEqualTo(1);
  }

  /** A JSON string of so many bytes. */
  private static Json text(int bytes) {
    return Json.of('"' + "x".repeat(bytes - 2) + '"');
  }
}
