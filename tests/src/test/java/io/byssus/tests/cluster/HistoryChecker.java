package io.byssus.tests.cluster;

import io.byssus.tests.cluster.Event.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides from the logs of all clients whether the guarantees held. It knows nothing of the server
 * but the protocol: it follows each client by the rules for positions, offset by offset, and
 * compares.
 *
 * <p>For each subscription the log falls into <em>chains</em>. A chain begins where the client was
 * told where it stands, and ends with a flag: a gap, {@code recovered: false}, the end of the
 * session. Within a chain nothing may be missing, come twice or come out of order, whatever broke
 * meanwhile; what a flag says is lost is excused to that client only. What is stored behind the
 * place that the flag tells must come, and what was stored since a failover may not lie before it.
 */
final class HistoryChecker {
  /** Reasons after which all that was stored since the loss follows. */
  private static final Set<String> SINCE = Set.of("diverged", "epoch");

  private final List<Event.Log> logs;
  private final Promise promise;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, String> places = new HashMap<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<Event.Published> stored = new ArrayList<>();
  private final List<Event.Sent> sent = new ArrayList<>();
  private final Set<String> everSent = new HashSet<>();
  private final Set<String> refused = new HashSet<>();

  private HistoryChecker(List<Event.Log> logs, Promise promise) {
    this.logs = logs;
    this.promise = promise;
  }

  private record Acknowledged(Event.Published published, long saidAtNs) {}

  /**
   * What was violated, in sentences; empty when all is well.
   *
   * @param logs complete: everything published has had the time to arrive
   */
  static List<String> check(List<Event.Log> logs, Promise promise) {
    var checker = new HistoryChecker(logs, promise);
    logs.forEach(checker::collect);
    logs.forEach(log -> checker.new View(log).check());
    return List.copyOf(checker.violations);
  }

  private void collect(Event.Log log) {
    var saidAt = new HashMap<String, Long>();
    for (var line : log.lines()) {
      switch (line.event()) {
        case Event.Publishing said -> saidAt.put(said.id(), line.atNs());
        case Event.Published done -> {
          stored.add(done);
          if (promise.kept().contains(done.level())) {
            acknowledged.add(new Acknowledged(done, saidAt.get(done.id())));
          }
          place(log.client(), done.channel(), done.position(), done.id());
        }
        case Event.Refused no -> refused.add(no.id());
        case Event.Sending said -> everSent.add(said.id());
        case Event.Sent done -> sent.add(done);
        default -> {}
      }
    }
  }

  /** Everybody sees the same message at the same position. */
  private void place(String client, String channel, Position at, String id) {
    var known = places.putIfAbsent(channel + ' ' + at, id);
    if (known != null && !known.equals(id)) {
      violate(client, "%s is at %s of %s, where others saw %s", id, at, channel, known);
    }
  }

  private void violate(String client, String what, Object... details) {
    violations.add(client + ": " + what.formatted(details));
  }

  /** One client. */
  private final class View {
    private final Event.Log log;
    private final Map<String, Stream> streams = new HashMap<>();
    private final Inbox inbox = new Inbox();
    private final Set<String> sessions = new HashSet<>();
    private String session = "";
    private long attributeSaid;
    private long attributeKept;

    View(Event.Log log) {
      this.log = log;
    }

    void check() {
      for (var line : log.lines()) {
        hear(line.event(), line.atNs());
      }
      streams.values().forEach(Stream::end);
      if (promise.inboxesKept()) {
        inbox.end();
      }
    }

    private void hear(Event event, long atNs) {
      switch (event) {
        case Event.Connected connected -> connected(connected);
        case Event.SessionLost lost -> sessionLost(lost);
        case Event.Subscribed subscribed -> stream(subscribed.channel()).told(subscribed, atNs);
        case Event.Message message -> stream(message.channel()).heard(message);
        case Event.Gap gap when gap.channel().isEmpty() -> inbox.gap(gap);
        case Event.Gap gap -> stream(gap.channel()).gap(gap, atNs);
        case Event.Direct direct -> inbox.heard(direct);
        case Event.Setting set -> attributeSaid = Math.max(attributeSaid, set.n());
        case Event.Set set -> attributeKept = Math.max(attributeKept, set.n());
        case Event.Attributes attributes -> attributes(attributes.all());
        case Event.Closed _,
            Event.Degraded _,
            Event.FromThePast _,
            Event.NotConnected _,
            Event.Publishing _,
            Event.Published _,
            Event.Refused _,
            Event.Sending _,
            Event.Sent _ -> {}
      }
    }

    private Stream stream(String channel) {
      return streams.computeIfAbsent(channel, Stream::new);
    }

    private void violate(String what, Object... details) {
      HistoryChecker.this.violate(log.client(), what, details);
    }

    // The session.

    private void connected(Event.Connected connected) {
      if (connected.resumed()
          ? !connected.session().equals(session)
          : !session.isEmpty() || sessions.contains(connected.session())) {
        violate(
            "held session '%s', and is told resumed: %s, session %s",
            session, connected.resumed(), connected.session());
      }
      session = connected.session();
      sessions.add(session);
      streams.values().forEach(Stream::reconnected);
    }

    private void sessionLost(Event.SessionLost lost) {
      violate("lost its session: %s", lost.code());
      session = "";
      attributeKept = 0;
      streams.values().forEach(Stream::forget);
      inbox.forget();
    }

    /** The counter is what was set last, or what was said since and not yet answered. */
    private void attributes(Map<String, String> all) {
      if (!log.client().equals(all.get("name"))) {
        violate("is named %s in its attributes", all.get("name"));
      }
      var n = Long.parseLong(all.getOrDefault("n", "0"));
      if (n > attributeSaid) {
        violate("has n = %d and never said more than %d", n, attributeSaid);
      }
      if (n < attributeKept) {
        violate("has n = %d after %d was acknowledged", n, attributeKept);
      }
    }

    /** A subscription. */
    private final class Stream {
      private final String channel;

      /** Handled since the last flag, with the place of each. */
      private final Map<String, Long> chain = new HashMap<>();

      /** For each publisher the last that was handled in order. */
      private final Map<String, Long> last = new HashMap<>();

      /** Handled ever. */
      private final Set<String> seen = new HashSet<>();

      /** Where the chain begins: what is stored behind it must come. */
      private Optional<Position> start = Optional.empty();

      private long chainFromNs = Long.MAX_VALUE;
      private Optional<Position> here = Optional.empty();
      private boolean resuming;
      private boolean mayJump;

      Stream(String channel) {
        this.channel = channel;
      }

      void reconnected() {
        resuming = true;
      }

      void forget() {
        here = Optional.empty();
        begin(Long.MAX_VALUE);
      }

      private void begin(long atNs) {
        chain.clear();
        last.clear();
        chainFromNs = atNs;
        start = here;
        mayJump = false;
      }

      void told(Event.Subscribed subscribed, long atNs) {
        var position = subscribed.position().orElseThrow();
        if (here.isEmpty() || !subscribed.recovered().orElse(true)) {
          skipsNothing(subscribed.reason(), position);
          here = Optional.of(position);
          begin(atNs);
        } else {
          goOn(position, subscribed.missed());
        }
        resuming = false;
      }

      /** Nothing is missing, says the server: then we stand where the missed messages begin. */
      private void goOn(Position position, long missed) {
        var mine = here.orElseThrow();
        var from = position.offset() - missed;
        if (from > mine.offset()) {
          violate("%s goes on from %d and says nothing is missing after %s", channel, from, mine);
        } else if (from < mine.offset()) {
          if (log.withPositions() || !resuming) {
            violate("%s goes back to %d from %s", channel, from, mine);
          }
          last.clear(); // what was not acknowledged comes again
          chain.values().removeIf(offset -> offset > from);
        }
        here = Optional.of(new Position(missed == 0 ? position.epoch() : mine.epoch(), from));
      }

      void gap(Event.Gap gap, long atNs) {
        gap.position().ifPresent(place -> skipsNothing(gap.reason(), place));
        here = gap.position().or(() -> here);
        begin(atNs);
        if (gap.position().isEmpty()) {
          start = Optional.empty();
          mayJump = true;
        }
      }

      /** What was stored in the new epoch cannot be what a failover lost of the old one. */
      private void skipsNothing(String reason, Position place) {
        if (here.isEmpty() || here.get().epoch().equals(place.epoch()) || !SINCE.contains(reason)) {
          return;
        }
        stored.stream()
            .filter(each -> each.channel().equals(channel) && !seen.contains(each.id()))
            .filter(each -> each.position().epoch().equals(place.epoch()))
            .filter(each -> each.position().offset() <= place.offset())
            .forEach(each ->
                violate(
                    "%s goes on from %s after %s (%s) and skips %s, which was stored since, at %s",
                    channel, place, here.get(), reason, each.id(), each.position()));
      }

      private boolean behindTheStart(Event.Published published) {
        return start
            .filter(from -> from.epoch().equals(published.position().epoch()))
            .filter(from -> from.offset() < published.position().offset())
            .isPresent();
      }

      void heard(Event.Message message) {
        if (here.isEmpty()) {
          violate("hears %s in %s, where it is not", message.id(), channel);
          return;
        }
        var at = new Position(here.get().epoch(), message.offset());
        place(log.client(), channel, at, message.id());
        if (message.offset() <= here.get().offset()) {
          return; // has it already
        }
        if (message.offset() > here.get().offset() + 1 && !mayJump) {
          violate("%s jumps from %s to %s without a flag", channel, here.get(), at);
        }
        mayJump = false;
        here = Optional.of(at);
        handle(message);
      }

      private void handle(Event.Message message) {
        var id = message.id();
        if (refused.contains(id)) {
          violate("%s has %s, which was surely not stored", channel, id);
        }
        seen.add(id);
        var before = chain.put(id, message.offset());
        if (before != null) {
          violate("%s has %s at %d and at %d", channel, id, before, message.offset());
        }
        var dash = id.lastIndexOf('-');
        var number = Long.parseLong(id.substring(dash + 1));
        var previous = last.put(id.substring(0, dash), number);
        if (previous != null && previous >= number) {
          violate("%s has %s after number %d of its publisher", channel, id, previous);
        }
      }

      /** All that was published after the chain began, or behind its start, and acknowledged. */
      void end() {
        for (var each : acknowledged) {
          var published = each.published();
          if (published.channel().equals(channel)
              && (each.saidAtNs() > chainFromNs || behindTheStart(published))
              && !chain.containsKey(published.id())) {
            violate(
                "never got %s, which was %s at %s of %s",
                published.id(), published.level(), published.position(), channel);
          }
        }
      }
    }

    /** The directed messages. */
    private final class Inbox {
      private final Map<String, Long> handled = new HashMap<>();
      private final Map<Long, String> byOffset = new HashMap<>();
      private long top;
      private boolean flagged;
      private boolean mayJump;

      void forget() {
        flagged = true;
        handled.clear();
        byOffset.clear();
        top = 0;
      }

      void gap(Event.Gap gap) {
        if (gap.reason().equals("diverged")) {
          forget(); // offsets may start lower
        }
        flagged = true;
        mayJump = true;
      }

      void heard(Event.Direct direct) {
        if (!everSent.contains(direct.id())) {
          violate("got %s, which nobody sent", direct.id());
        }
        var there = byOffset.putIfAbsent(direct.offset(), direct.id());
        if (there != null && !there.equals(direct.id())) {
          violate("inbox has %s at %d, where %s was", direct.id(), direct.offset(), there);
        }
        if (there == null && !mayJump && direct.offset() != top + 1) {
          violate("inbox goes from %d to %d without a flag", top, direct.offset());
        }
        mayJump = false;
        top = Math.max(top, direct.offset());
        var before = handled.putIfAbsent(direct.id(), direct.offset());
        if (before != null && before != direct.offset()) {
          violate("inbox has %s at %d and at %d", direct.id(), before, direct.offset());
        }
      }

      void end() {
        for (var each : sent) {
          if (sessions.contains(each.session()) && !flagged && !handled.containsKey(each.id())) {
            violate("never got %s, which its inbox took", each.id());
          }
        }
      }
    }
  }
}
