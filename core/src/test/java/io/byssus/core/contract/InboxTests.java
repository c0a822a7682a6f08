package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.delivery.InboxStore.Page;
import io.byssus.core.session.Lease;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Item;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** Tests with directed messages, which are numbers. */
abstract class InboxTests extends SessionTests {
  protected InboxStore inboxes;
  protected InboxStore inboxesElsewhere;

  @BeforeEach
  void openInboxes() {
    inboxes = here.engine().inboxes();
    inboxesElsewhere = there.engine().inboxes();
  }

  Append append(Lease to, long number) {
    return append(to, Json.of("" + number));
  }

  Append append(Lease to, Json data) {
    return get(inboxes.append(to.session(), data, Optional.empty()));
  }

  void assertStored(Lease to, long number) {
    assertThat(append(to, number)).isInstanceOf(Append.Taken.class);
  }

  /** Appends the numbers, which from an empty inbox on are their offsets too. */
  void assertStored(Lease to, long from, long through) {
    for (var number = from; number <= through; number++) {
      assertStored(to, number);
    }
  }

  Page page(Lease lease, long after, int limit) {
    return get(inboxes.read(lease, after, Bounds.most(limit))).orElseThrow();
  }

  static List<Long> offsets(Page page) {
    return page.items().stream().map(Item::offset).toList();
  }

  static List<String> numbers(Page page) {
    return page.items().stream().map(item -> item.data().toString()).toList();
  }
}
