package io.byssus.core.node;

import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.engine.Engine;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.SessionStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Renews what the sessions of one lane have in the engine, in batches: their leases, their entries
 * in the directory, their presence. Confined to the lane.
 */
@LaneConfined
final class SessionRenewal {
  /** A time to live is renewed three times before it runs out. */
  private static final int RENEWALS = 3;

  private static final int ENTERED_A_STEP = 500;
  private static final long ENTER_STEP_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int LISTED_A_STEP = 500;
  private static final long LIST_STEP_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Lane lane;
  private final LaneConnections connections;
  private final Engine engine;
  private final Attachments<SessionHolder> attachments;
  private final PresencePart presence;
  private final DirectoryPart directory;
  private final FailureLog failures;
  private final long sessionPeriodNs;
  private final long presencePeriodNs;
  private final long restorableNs;
  private long sessionsRenewedAt;

  /** When the engine last answered a renewal. */
  private long confirmedAt;

  private long presenceTouchedAt;

  SessionRenewal(
      Lane lane,
      LaneConnections connections,
      Engine engine,
      EngineSettings settings,
      Attachments<SessionHolder> attachments,
      PresencePart presence,
      DirectoryPart directory,
      FailureLog failures) {
    this.lane = lane;
    this.connections = connections;
    this.engine = engine;
    this.attachments = attachments;
    this.presence = presence;
    this.directory = directory;
    this.failures = failures;
    this.sessionPeriodNs = settings.sessionTtl().toNanos() / RENEWALS;
    this.presencePeriodNs = settings.presenceTtl().toNanos() / RENEWALS;
    this.restorableNs = EndedSessions.restorableFor(settings.sessionTtl()).toNanos();
  }

  void start() {
    lane.check();
    sessionsRenewedAt = lane.nanoTime();
    confirmedAt = sessionsRenewedAt;
    presenceTouchedAt = sessionsRenewedAt;
  }

  /** Renews what is due. */
  void tick(long now) {
    lane.check();
    if (now - sessionsRenewedAt >= sessionPeriodNs) {
      sessionsRenewedAt = now;
      renewSessions(answered -> {
        if (answered) {
          listSessions();
        }
      });
    }
    if (now - presenceTouchedAt >= presencePeriodNs) {
      presenceTouchedAt = now;
      touchPresence();
    }
  }

  /**
   * Renews all leases of the lane, and closes those that are lost.
   *
   * @param then whether the engine has answered
   */
  void renewSessions(Consumer<Boolean> then) {
    var leases = connections.holders().stream().map(SessionHolder::lease).toList();
    if (leases.isEmpty()) {
      then.accept(true);
      return;
    }
    lane.ask(
        () -> engine.sessions().renew(leases),
        (renewal, failure) -> {
          if (renewal == null) {
            failures.engineFailed("renew", failure);
          } else {
            renewed(renewal);
          }
          then.accept(renewal != null);
        });
  }

  /**
   * Who was not heard by the engine for long may not write a session anew: what forbids it may have
   * passed meanwhile.
   */
  private void renewed(SessionStore.Renewal renewal) {
    var now = lane.nanoTime();
    var late = now - confirmedAt >= restorableNs;
    confirmedAt = now;
    connections.each(renewal.lost(), SessionHolder::lost);
    connections.each(renewal.forgotten(), late ? SessionHolder::lost : SessionHolder::forgotten);
    connections.each(renewal.regained(), SessionHolder::revive);
  }

  void listSessions() {
    list(new ArrayDeque<>(connections.holders()));
  }

  /**
   * Says where the sessions stand in the directory, some at a time: there are as many entries as
   * sessions have users and tags. What fails is said again with the next renewal.
   */
  private void list(ArrayDeque<SessionHolder> waiting) {
    var entries = new ArrayList<SessionDirectory.Entry>();
    while (entries.size() < LISTED_A_STEP && !waiting.isEmpty()) {
      var holder = waiting.poll();
      if (!holder.over()) {
        directory.collect(holder, entries);
      }
    }
    if (entries.isEmpty()) {
      return;
    }
    lane.when(
        engine.directory().add(entries),
        (done, failure) -> {
          if (failure != null) {
            failures.engineFailed("directory", failure);
          }
          if (!waiting.isEmpty() && !waiting.element().laneContext().outages().lasting()) {
            lane.schedule(LIST_STEP_NS, () -> list(waiting));
          }
        });
  }

  /** Those that are not there are entered again. */
  void touchPresence() {
    var entries = new ArrayList<PresenceStore.Entry>();
    connections.holders().forEach(holder -> presence.collect(holder, entries));
    if (!entries.isEmpty()) {
      lane.when(
          engine.presence().touch(entries),
          (missing, failure) -> {
            if (missing == null) {
              failures.engineFailed("presence", failure);
            } else {
              enterAgain(new ArrayDeque<>(missing));
            }
          });
    }
  }

  /** A few at a time: a store that has lost them all has as much to do as after an outage. */
  private void enterAgain(ArrayDeque<PresenceStore.Entry> missing) {
    for (int i = 0; i < ENTERED_A_STEP && !missing.isEmpty(); i++) {
      var entry = missing.poll();
      attachments
          .of(entry.lease().session())
          .filter(holder -> holder.lane() == lane)
          .ifPresent(holder -> lane.attempt(() -> presence.enterAgain(holder, entry)));
    }
    if (!missing.isEmpty()) {
      lane.schedule(ENTER_STEP_NS, () -> enterAgain(missing));
    }
  }
}
