package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionStore;
import io.byssus.core.session.SessionStore.Claim;
import io.byssus.core.session.SessionStore.Claim.Granted;
import io.byssus.core.session.SessionStore.Gone;
import io.byssus.core.session.SessionStore.NewSession;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;

/** Tests with sessions: how they are made, claimed and swept. */
abstract class SessionTests extends EngineTests {
  static final String USER = "ann";
  static final TokenHash TOKEN = TokenHash.of("the token that sessions are made with");

  protected SessionStore sessions;
  protected SessionStore elsewhere;
  protected Duration ttl;

  @BeforeEach
  void openStores() {
    sessions = here.engine().sessions();
    elsewhere = there.engine().sessions();
    ttl = settings.sessionTtl();
  }

  /** A new session, attached here. */
  Lease created() {
    return created(Map.of(), Set.of());
  }

  Lease created(Map<String, Json> attributes, Set<String> tags) {
    var draft = new NewSession(unique("session"), USER, attributes, tags, TOKEN);
    return get(sessions.create(draft, here.owner())).lease();
  }

  CompletionStage<Claim> claiming(
      EngineUnderTest.Node node, String session, TokenHash presented, TokenHash next) {
    return node.engine().sessions().claim(session, USER, presented, next, node.owner());
  }

  Claim claim(String session, TokenHash presented, TokenHash next) {
    return get(claiming(here, session, presented, next));
  }

  /** The claim of a client that has {@link #TOKEN}, and keeps it. */
  Granted granted(EngineUnderTest.Node node, String session) {
    var claim = get(claiming(node, session, TOKEN, TOKEN));
    assertThat(claim).isInstanceOf(Granted.class);
    return (Granted) claim;
  }

  /** What the store keeps of a session; takes it over. */
  StoredSession stored(Lease lease) {
    return granted(here, lease.session()).session();
  }

  CompletionStage<Fence> setAttributes(Lease lease, Map<String, Json> attributes) {
    return sessions.set(lease, attributes, Optional.empty());
  }

  CompletionStage<Fence> setTags(Lease lease, Set<String> tags) {
    return sessions.set(lease, Map.of(), Optional.of(tags));
  }

  Optional<Optional<Lease>> holder(Lease lease) {
    return get(sessions.holder(lease.session()));
  }

  void assertHeld(CompletionStage<Fence> write) {
    assertThat(get(write)).isEqualTo(Fence.HELD);
  }

  void assertLost(CompletionStage<Fence> write) {
    assertThat(get(write)).isEqualTo(Fence.LOST);
  }

  /**
   * Sweeps until all of {@code leases} have been reported; other tests' sessions are passed over.
   */
  List<Gone> sweptUp(Collection<Lease> leases) {
    var awaited = new HashSet<>(leases.stream().map(Lease::session).toList());
    var gone = new ArrayList<Gone>();
    var until = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    while (!awaited.isEmpty()) {
      assertThat(System.nanoTime() - until).as("still not swept: %s", awaited).isNegative();
      for (var each : get(sessions.sweep(100))) {
        if (awaited.remove(each.session())) {
          gone.add(each);
        }
      }
    }
    return gone;
  }

  /** Sweeps until it is so. */
  void sweptUntil(BooleanSupplier so) {
    var until = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    while (!so.getAsBoolean()) {
      assertThat(System.nanoTime() - until).as("sweeping does not make it so").isNegative();
      get(sessions.sweep(100));
    }
  }

  void assertNotSwept(Lease... leases) {
    var never = Set.of(leases).stream().map(Lease::session).toList();
    for (var i = 0; i < 20; i++) {
      assertThat(get(sessions.sweep(100)))
          .extracting(Gone::session)
          .doesNotContainAnyElementsOf(never);
    }
  }
}
