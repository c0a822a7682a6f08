package io.byssus.core.node;

import io.byssus.core.Budgets;
import io.byssus.core.connection.Peer;
import java.time.Duration;

/** What the connects of a lane are admitted by. */
record AdmissionContext(
    NodeSettings settings,
    Authenticator authenticator,
    NodeStatus status,
    OtherNodes nodes,
    Strays strays,
    UserSessions userSessions,
    SessionAttributes attributes,
    SubscriptionsPart subscriptions,
    DirectoryPart directory,
    RandomSource random,
    Budgets budgets,
    Replies replies,
    SessionHolder.Context sessions) {
  boolean admitsAnonymous(Peer peer) {
    return authenticator.admitsAnonymous(peer);
  }

  /**
   * A client that needs no token may stay without a session, as long as it says anything within two
   * heartbeats.
   */
  Duration connectTimeout(Peer peer) {
    return admitsAnonymous(peer)
        ? settings.heartbeat().interval().multipliedBy(2)
        : settings.limits().connectTimeout();
  }
}
