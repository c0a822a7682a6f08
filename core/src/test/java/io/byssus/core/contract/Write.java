package io.byssus.core.contract;

import io.byssus.core.Bounds;
import io.byssus.core.engine.Engine;
import io.byssus.core.session.Fence;
import io.byssus.core.session.Lease;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Every step that needs a lease, and what it answers in terms of it. */
enum Write {
  SET_ATTRIBUTES,
  SET_TAGS,
  SUBSCRIBE,
  UNSUBSCRIBE,
  ACKNOWLEDGE,
  RENEW,
  RELEASE,
  END,
  READ_INBOX,
  ACKNOWLEDGE_INBOX;

  /**
   * A channel that the session should be subscribed to, so that all steps have something to write.
   */
  static final String SUBSCRIBED = "subscribed";

  CompletionStage<Fence> by(Lease lease, Engine engine) {
    var sessions = engine.sessions();
    var inboxes = engine.inboxes();
    return switch (this) {
      case SET_ATTRIBUTES -> sessions.set(lease, Map.of("written", Json.of("1")), Optional.empty());
      case SET_TAGS -> sessions.set(lease, Map.of(), Optional.of(Set.of("written")));
      case SUBSCRIBE -> sessions.subscribe(lease, "written", Optional.empty());
      case UNSUBSCRIBE -> sessions.unsubscribe(lease, SUBSCRIBED);
      case ACKNOWLEDGE -> sessions.acknowledge(lease, SUBSCRIBED, new Position("written", 1));
      case RENEW -> sessions.renew(List.of(lease)).thenApply(renewal -> fence(renewal.whole()));
      case RELEASE -> sessions.release(lease);
      case END -> sessions.end(lease).thenApply(gone -> fence(gone.isPresent()));
      case READ_INBOX ->
          inboxes.read(lease, 0, Bounds.most(1)).thenApply(page -> fence(page.isPresent()));
      case ACKNOWLEDGE_INBOX -> inboxes.acknowledge(lease, 1);
    };
  }

  private static Fence fence(boolean held) {
    return held ? Fence.HELD : Fence.LOST;
  }
}
