package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Bounds;
import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore.Claim.Expired;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.protocol.Json;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Sessions that are ended before their time. */
abstract class SessionRemoval extends SessionTests {
  @Test
  void removingLeavesNothingAndTellsWhatToCleanUp() {
    var lease = inUse();
    assertThat(get(elsewhere.remove(lease.session()))).contains(remains(lease));
    assertGone(lease);
  }

  @Test
  void endingLeavesNothingAndTellsWhatToCleanUp() {
    var lease = inUse();
    assertThat(get(sessions.end(lease))).contains(remains(lease));
    assertGone(lease);
  }

  @Test
  void aDetachedSessionCanBeRemoved() {
    var lease = inUse();
    assertHeld(sessions.release(lease));
    assertThat(get(sessions.remove(lease.session()))).contains(remains(lease));
    assertGone(lease);
  }

  @Test
  void removingAgainFindsNothing() {
    var lease = created();
    assertThat(get(sessions.remove(lease.session()))).isPresent();
    assertThat(get(sessions.remove(lease.session()))).isEmpty();
    assertThat(get(sessions.end(lease))).isEmpty();
    assertThat(get(sessions.remove(unique("session")))).isEmpty();
  }

  @Test
  void whoeverLostTheSessionCannotEndIt() {
    var stale = created();
    var lease = granted(there, stale.session()).lease();
    assertThat(get(sessions.end(stale))).isEmpty();
    assertThat(holder(lease)).contains(Optional.of(lease));
  }

  @Test
  void aRemovedSessionIsNotSweptLater() {
    var lease = created();
    get(sessions.remove(lease.session()));
    engine.advance(ttl);
    assertNotSwept(lease);
  }

  @Test
  void ofManyConcurrentRemovalsOneIsTold() {
    var lease = created();
    var told = atOnce(15, i -> () -> get(removing(lease, i % 3)));
    assertThat(told.stream().filter(Optional::isPresent)).hasSize(1);
  }

  private CompletionStage<Optional<Gone>> removing(Lease lease, int way) {
    return switch (way) {
      case 0 -> sessions.end(lease);
      case 1 -> sessions.remove(lease.session());
      default -> elsewhere.remove(lease.session());
    };
  }

  private Lease inUse() {
    var lease = created(Map.of("name", Json.of("1")), Set.of("beta"));
    assertHeld(sessions.subscribe(lease, "news", Optional.empty()));
    assertThat(append(lease)).isInstanceOf(Append.Taken.class);
    return lease;
  }

  private Append append(Lease lease) {
    return get(here.engine().inboxes().append(lease.session(), Json.of("1"), Optional.empty()));
  }

  private static Gone remains(Lease lease) {
    return new Gone(lease, USER, Set.of("beta"), Set.of("news"));
  }

  private void assertGone(Lease lease) {
    assertThat(claim(lease.session(), TOKEN, TOKEN)).isEqualTo(new Expired());
    assertThat(holder(lease)).isEmpty();
    assertThat(append(lease)).isEqualTo(Append.NO_SESSION);
    assertThat(get(here.engine().inboxes().read(lease, 0, Bounds.most(10)))).isEmpty();
  }
}
