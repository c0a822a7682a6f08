package io.byssus.server.settings;

import io.byssus.core.engine.EngineSettings;
import io.byssus.core.node.NodeSettings;
import io.byssus.core.session.Owner;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Definition;
import io.byssus.server.config.Group;
import io.byssus.transport.TransportSettings;

/**
 * Everything that can be set, as one tree: the areas with their groups of keys. An area's class is
 * the only source of its keys, and makes of them what its module is told.
 */
public record Config(
    ListenConfig listen,
    ApiConfig api,
    NodeConfig node,
    EngineConfig engine,
    RedisConfig redis,
    AuthConfig auth,
    SessionConfig session,
    InboxConfig inbox,
    ChannelsConfig channels,
    NamespacesConfig namespaces,
    HeartbeatConfig heartbeat,
    DevicesConfig devices,
    DemoConfig demo,
    EchoConfig echo,
    LimitsConfig limits,
    MemoryConfig memory,
    DeflateConfig deflate,
    DrainConfig drain,
    LogConfig log) {
  public static final Definition<Config> DEFINITION = new Tree();

  private static final class Tree implements Definition<Config> {
    @Override
    public Config read(Group root) {
      return Config.read(root);
    }

    @Override
    public void check(Config config, Constraints rules) {
      config.check(rules);
    }
  }

  private static Config read(Group in) {
    return new Config(
        ListenConfig.read(in.group("listen", "Where the node listens, and for whom.")),
        ApiConfig.read(in.group("api", "The HTTP API, for backends and operators.")),
        NodeConfig.read(in.group("node", "This node.")),
        in.key(
                "engine",
                "Where state is kept: memory (in this process, for one node) or the address of a"
                    + " Redis that all nodes of a cluster share: redis://HOST:PORT/DATABASE,"
                    + " redis-sentinel://HOST:PORT,HOST:PORT/PRIMARY or"
                    + " redis-cluster://HOST:PORT,HOST:PORT; with TLS rediss, for Valkey also"
                    + " valkey and valkeys. USER@ or USER:PASSWORD@ may stand before the hosts.")
            .or("BYSSUS_ENGINE")
            .as(new EngineType(), "memory"),
        RedisConfig.read(in.group("redis", "How to use Redis, if it is the engine.")),
        AuthConfig.read(in.group("auth", "Who may connect.")),
        SessionConfig.read(in.group("session", "Sessions, which outlive connections.")),
        InboxConfig.read(
            in.group("inbox", "Messages directed to a session, kept until it acknowledges them.")),
        ChannelsConfig.read(in.group("channels", "What holds for all channels.")),
        NamespacesConfig.read(in),
        HeartbeatConfig.read(in.group("heartbeat", "When a silent connection counts as dead.")),
        DevicesConfig.read(
            in.group("devices", "Embedded devices behind gateways, with their binary frame.")),
        DemoConfig.read(in.group("demo", "The demo page.")),
        EchoConfig.read(in.group("echo", "The echo, to try out a connection.")),
        LimitsConfig.read(in.group("limits", "Bounds; each refusal has a named code.")),
        MemoryConfig.read(
            in.group(
                "memory",
                "How much memory all clients together may use, in percent of what the JVM has"
                    + " (-Xmx) less what the program itself needs; see"
                    + " docs/operations/one-node.md.")),
        DeflateConfig.read(
            in.group("deflate", "Compression of messages (permessage-deflate, RFC 7692).")),
        DrainConfig.read(in.group("drain", "How the node shuts down on SIGTERM or Ctrl-C.")),
        LogConfig.read(in.group("log", "What is logged.")));
  }

  /** What must hold between keys, beyond the range of each. */
  private void check(Constraints rules) {
    listen.check(rules);
    api.check(rules);
    limits.check(rules);
    memory.check(rules);
    node.check(rules);
    redis.check(rules, engine);
    auth.check(rules);
    checkLifetimes(rules);
    heartbeat.check(rules);
    drain.check(rules);
    devices.check(rules, limits.node());
    namespaces.check(rules, limits.node().channelNameBytes());
  }

  private void checkLifetimes(Constraints rules) {
    rules.atMost("session.ttl", session.ttl(), "channels.ttl", channels.ttl());
    rules.atMost("channels.dedupe-window", channels.dedupeWindow(), "channels.ttl", channels.ttl());
    namespaces.checkLifetimes(rules, channels.ttl());
  }

  // For those who are told parts of several areas.

  /**
   * @param address where clients reach the node, for people
   */
  public NodeSettings forNode(Owner owner, String address) {
    return new NodeSettings(
        owner,
        address,
        version(),
        limits.node(),
        namespaces.rules(demo.enabled()),
        heartbeat.policy(),
        session.perUser(),
        session.clientTags(),
        node.joinDelay(),
        forEngine());
  }

  private static String version() {
    var version = Config.class.getPackage().getImplementationVersion();
    return version == null ? "" : version;
  }

  public EngineSettings forEngine() {
    return new EngineSettings(
        session().ttl(),
        inbox().messages(),
        inbox().bytes(),
        inbox().age(),
        channels().presenceTtl(),
        channels().dedupeWindow(),
        channels().ttl());
  }

  public TransportSettings forTransport() {
    return new TransportSettings(
        new TransportSettings.Listen(listen.host(), listen.port(), listen.backlog()),
        limits.http(),
        limits.messages(),
        limits.json(),
        new TransportSettings.Access(
            limits.connectionsPerAddress(),
            !limits.countLoopback(),
            listen.trustedProxies(),
            listen.allowedOrigins(),
            auth.cookie()),
        deflate.settings());
  }
}
