package io.byssus.core.contract;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.session.Lease;
import io.byssus.protocol.Json;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The node that holds a session hears that something was appended for it. */
abstract class InboxWaking extends InboxTests {
  private final LinkedBlockingQueue<String> woken = new LinkedBlockingQueue<>();

  @Test
  void theHolderIsWokenByItsOwnNode() {
    inboxes.onAppend(woken::add);
    var lease = created();
    assertStored(lease, 1);
    assertWoken(lease);
  }

  @Test
  void theHolderIsWokenByAnotherNode() {
    inboxes.onAppend(woken::add);
    var lease = created();
    get(inboxesElsewhere.append(lease.session(), Json.of("1"), Optional.empty()));
    assertWoken(lease);
  }

  @Test
  void afterATakeoverTheNewHolderIsWoken() {
    var lease = created();
    inboxesElsewhere.onAppend(woken::add);
    granted(there, lease.session());
    assertStored(lease, 1);
    assertWoken(lease);
  }

  @Test
  void whoeverIsWokenFindsTheMessage() {
    var lease = created();
    var found = new LinkedBlockingQueue<Long>();
    inboxes.onAppend(session -> {
      if (session.equals(lease.session())) {
        inboxes
            .read(lease, 0, Bounds.most(10))
            .thenAccept(page -> page.orElseThrow().items().forEach(i -> found.add(i.offset())));
      }
    });
    assertStored(lease, 1);
    assertThat(taken(found)).isEqualTo(1L);
  }

  @Test
  void everyAppendAfterAReadWakesAgain() {
    inboxes.onAppend(woken::add);
    var lease = created();
    for (var number = 1; number <= 5; number++) {
      assertStored(lease, number);
      assertWoken(lease);
      assertThat(offsets(page(lease, number - 1, 10))).contains((long) number);
    }
  }

  @Test
  void theLastListenerIsTold() {
    var never = new LinkedBlockingQueue<String>();
    inboxes.onAppend(never::add);
    inboxes.onAppend(woken::add);
    var lease = created();
    assertStored(lease, 1);
    assertWoken(lease);
    assertThat(never).doesNotContain(lease.session());
  }

  /** Awaits the call for this session; calls for others may come, and some twice. */
  private void assertWoken(Lease lease) {
    String session;
    do {
      session = taken(woken);
      assertThat(session).as("nobody was woken for %s", lease).isNotNull();
    } while (!session.equals(lease.session()));
  }

  private static <T> T taken(LinkedBlockingQueue<T> queue) {
    try {
      return queue.poll(PATIENCE_SECONDS, SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("the test was interrupted", e);
    }
  }
}
