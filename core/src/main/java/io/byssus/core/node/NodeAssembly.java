package io.byssus.core.node;

import io.byssus.core.Budgets;
import io.byssus.core.channel.Hub;
import io.byssus.core.delivery.Router;
import io.byssus.core.engine.Engine;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.Lanes;
import io.byssus.core.operations.ChangeBounds;
import io.byssus.core.operations.Operations;
import io.byssus.core.session.Owner;
import io.byssus.core.session.Tombstones;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Puts the parts of a node together: each gets what it needs, and sees none above it. */
final class NodeAssembly {
  /** Of so many sessions that ended or were taken over it is known that nobody may restore them. */
  private static final int TOMBSTONES_MAX = 10_000;

  final Attachments<SessionHolder> attachments = new Attachments<>();
  final NodeStatus status = new NodeStatus();
  final FailureLog failures;
  final Hub hub;
  final Operations operations;
  final EndedSessions ended;
  final StraySearch straySearch;
  final Cluster cluster;
  final ClusterRequests requests;
  final Map<Lane, LaneService> services = new IdentityHashMap<>();

  private final NodeSettings settings;
  private final Engine engine;
  private final RandomSource random;
  private final Budgets budgets;
  private final OtherNodes nodes;
  private final Strays strays;
  private final Replies replies;
  private final PresencePart presence;
  private final DirectoryPart directory;
  private final SubscriptionsPart subscriptions;
  private final SessionAttributes attributes;
  private final List<SessionHolder.Part> parts;

  NodeAssembly(
      NodeSettings settings,
      Engine engine,
      Authenticator authenticator,
      Lanes lanes,
      RandomSource random,
      Budgets budgets,
      FailureLog failures,
      Cluster.Local local) {
    this.settings = settings;
    this.engine = engine;
    this.random = random;
    this.budgets = budgets;
    this.failures = failures;
    var limits = settings.limits();
    var namespaces = settings.namespaces();
    var observer = failures.observer();
    this.hub = new Hub(engine.broker(), lanes, namespaces, limits, settings.joinDelay(), observer);
    var router = new Router(engine.directory(), engine.inboxes());
    this.operations =
        new Operations(namespaces, limits, engine.broker(), router, engine.presence());
    var first = lanes.all().getFirst();
    var tombstones = new Tombstones(first, settings.engine().sessionTtl(), TOMBSTONES_MAX);
    this.ended = new EndedSessions(engine, attachments, tombstones, failures);
    this.nodes = new OtherNodes(settings.owner(), engine.bus(), failures, this::met);
    this.strays = new Strays(engine.sessions(), nodes, attachments);
    this.replies = new Replies(budgets, failures);
    this.presence = new PresencePart(namespaces, engine.presence(), failures);
    this.directory = new DirectoryPart(engine.directory(), failures);
    this.subscriptions = new SubscriptionsPart(hub, presence);
    this.attributes = new SessionAttributes(engine, failures);
    this.parts = List.of(new InboxPart(), presence, directory, subscriptions);
    this.requests = new ClusterRequests(settings.owner(), attachments, changes());
    this.cluster =
        new Cluster(settings.owner(), local, engine, presence::shows, attachments, failures, first);
    var gatePlaces = Math.ceilDiv(limits.connectsAtOnce(), lanes.all().size());
    var watchdogs = lanes.all().stream().map(lane -> watchdog(lane, gatePlaces)).toList();
    this.straySearch = straySearch(watchdogs.getFirst().context());
    watchdogs.forEach(watchdog -> services.put(watchdog.lane(), service(watchdog, authenticator)));
  }

  private RequestedChanges changes() {
    return new RequestedChanges(
        new ChangeBounds(settings.limits()),
        settings.namespaces(),
        engine,
        budgets,
        attributes,
        subscriptions,
        presence,
        failures);
  }

  private void met(Owner owner) {
    cluster.met(owner);
  }

  private Duration sessionTtl() {
    return settings.engine().sessionTtl();
  }

  private LaneWatchdog watchdog(Lane lane, int gatePlaces) {
    var connections = new LaneConnections(lane);
    var renewal =
        new SessionRenewal(
            lane,
            connections,
            engine,
            settings.engine(),
            attachments,
            presence,
            directory,
            failures);
    var restorableFor = EndedSessions.restorableFor(sessionTtl());
    var debts = new Debts(engine, lane, ended, strays, status, random, failures, restorableFor);
    var sessions = new LaneWatchdog.Sessions(connections, renewal);
    var outages = new Outages(status, lane, debts, sessions);
    var healing = new Healing(lane, outages, restorableFor, failures.observer());
    var gate = new ConnectGate(gatePlaces);
    var context = new LaneContext(lane, gate, debts, outages, healing);
    return new LaneWatchdog(context, connections, renewal, hub, random, failures.observer());
  }

  private StraySearch straySearch(LaneContext first) {
    return new StraySearch(
        settings.owner(),
        engine.sessions(),
        strays,
        attachments,
        first.debts(),
        status,
        failures,
        first.lane(),
        sessionTtl());
  }

  private LaneService service(LaneWatchdog watchdog, Authenticator authenticator) {
    var limits = settings.limits();
    var namespaces = settings.namespaces();
    var connections = watchdog.connections();
    return new LaneService(
        watchdog,
        new ClientConnection.Context(
            admission(watchdog.context(), authenticator),
            new CommandRate(limits.commandsPerSecond(), limits.commandsBurst()),
            new ChannelCommands(limits, namespaces, engine, operations, subscriptions, replies),
            new DirectCommands(operations, replies),
            new SessionCommands(settings, engine, ended, attributes, presence, replies),
            new Acknowledgements(namespaces, engine, hub, replies),
            closed -> {
              connections.remove(closed);
              status.closed();
            }));
  }

  private AdmissionContext admission(LaneContext lane, Authenticator authenticator) {
    var users =
        new UserSessions(
            settings.userPolicy(),
            engine,
            attachments,
            nodes,
            strays,
            straySearch,
            ended,
            failures);
    return new AdmissionContext(
        settings,
        authenticator,
        status,
        nodes,
        strays,
        users,
        attributes,
        subscriptions,
        directory,
        random,
        budgets,
        replies,
        new SessionHolder.Context(lane, engine, attachments, ended, failures, parts));
  }
}
