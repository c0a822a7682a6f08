package io.byssus.server.config;

import io.byssus.core.Limits;
import io.byssus.core.channel.Namespace;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.channel.Retention;
import io.byssus.core.connection.Heartbeat;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.node.NodeSettings;
import io.byssus.core.session.Owner;
import io.byssus.devices.DeviceSettings;
import io.byssus.protocol.JsonLimits;
import io.byssus.redis.RedisAccess;
import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisCertificate;
import io.byssus.redis.RedisLogin;
import io.byssus.redis.RedisPassword;
import io.byssus.redis.RedisSettings;
import io.byssus.server.auth.TokenRules;
import io.byssus.transport.TcpServer;
import io.byssus.transport.TransportSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** Hands the parts of a {@link Config} to those whom they are for, in their own words. */
public final class Settings {
  private static final String DEMO_PREFIX = "chat:";
  private static final int FRAGMENT_BYTES = 256;
  private static final int FRAGMENTS_MIN = 64;

  private Settings() {}

  /**
   * @param address where clients reach the node, for people
   */
  public static NodeSettings node(Config config, Owner owner, String address) {
    return new NodeSettings(
        owner,
        address,
        version(),
        limits(config.limits()),
        namespaces(config),
        heartbeat(config.heartbeat()),
        config.session().perUser(),
        config.session().clientTags(),
        config.node().joinDelay(),
        engine(config));
  }

  private static String version() {
    var version = Settings.class.getPackage().getImplementationVersion();
    return version == null ? "" : version;
  }

  public static EngineSettings engine(Config config) {
    return new EngineSettings(
        config.session().ttl(),
        config.inbox().messages(),
        config.inbox().bytes(),
        config.inbox().age(),
        config.channels().presenceTtl(),
        config.channels().dedupeWindow(),
        config.channels().ttl());
  }

  public static RedisSettings redis(RedisAddress address, Config.Redis redis) {
    return new RedisSettings(
        address, access(address, redis), redis.timeout(), redis.replicas(), redis.prefix());
  }

  private static RedisAccess access(RedisAddress address, Config.Redis redis) {
    return new RedisAccess(
        new RedisLogin(
            address.user(),
            redis
                .password()
                .map(Settings::password)
                .orElseGet(() -> RedisPassword.of(address.password()))),
        redis
            .sentinelPassword()
            .map(secret -> new RedisLogin(redis.sentinelUser().orElse(""), password(secret))),
        redis.sentinelTls().orElse(address.tls()),
        redis.caFile(),
        certificate(redis));
  }

  private static RedisPassword password(Secret secret) {
    return secret
        .file()
        .map(file -> RedisPassword.inFile(file, () -> SecretType.read(file).text(), secret.text()))
        .orElseGet(() -> RedisPassword.of(secret.text()));
  }

  private static Optional<RedisCertificate> certificate(Config.Redis redis) {
    return redis
        .certFile()
        .flatMap(chain -> redis.keyFile().map(key -> new RedisCertificate(chain, key)));
  }

  public static TransportSettings transport(Config config) {
    var listen = config.listen();
    var limits = config.limits();
    return new TransportSettings(
        new TransportSettings.Listen(listen.host(), listen.port(), listen.backlog()),
        new TransportSettings.Http(
            limits.requestTimeout(),
            limits.keepAlive(),
            limits.requestLine(),
            limits.headers(),
            limits.handshakes()),
        new TransportSettings.Messages(
            limits.maxMessage(),
            fragments(limits),
            limits.messageTimeout(),
            limits.controlsPerSecond(),
            limits.controlsBurst(),
            limits.closeTimeout(),
            limits.unsent(),
            limits.echoIdle()),
        new JsonLimits(
            limits.jsonDepth(), limits.jsonName(), limits.jsonNumber(), limits.batchLines()),
        new TransportSettings.Access(
            limits.connectionsPerAddress(),
            !limits.countLoopback(),
            listen.trustedProxies(),
            listen.allowedOrigins()),
        new TransportSettings.Deflate(
            config.deflate().on(), config.deflate().threshold(), config.deflate().level()));
  }

  /** Small enough pieces for any device that has a buffer at all, and too few to be a burden. */
  private static int fragments(Config.Limits limits) {
    var enough = Math.max(FRAGMENTS_MIN, limits.maxMessage() / FRAGMENT_BYTES);
    return limits.maxFragments() == 0 ? enough : limits.maxFragments();
  }

  public static DeviceSettings devices(Config.Devices devices) {
    return new DeviceSettings(
        devices.crc(),
        devices.channel(),
        devices.controls(),
        devices.heartbeat(),
        devices.answerHeartbeat(),
        devices.sequence(),
        devices.tags(),
        devices.addresses(),
        devices.framesPerSecond(),
        devices.frameTimeout(),
        devices.idleTimeout(),
        devices.tcp().gateways());
  }

  /** Empty: there is no port for devices. */
  public static Optional<TcpServer.Settings> devicePort(Config.DevicePort tcp) {
    return tcp.port().map(port -> new TcpServer.Settings(tcp.host(), port, tcp.connections()));
  }

  public static TokenRules tokens(Config config) {
    var jwt = config.auth().jwt();
    return new TokenRules(
        config.auth().anonymous(),
        jwt.secret().map(secret -> new SecretKeySpec(secret.reveal(), "HmacSHA256")),
        jwt.issuer(),
        jwt.audience(),
        jwt.clockSkew(),
        config.auth().tokenBytes());
  }

  static Limits limits(Config.Limits limits) {
    return new Limits(
        limits.connectTimeout(),
        limits.maxMessage(),
        limits.channelName(),
        limits.subscriptions(),
        limits.attributes(),
        limits.attributeBytes(),
        limits.tags(),
        limits.tagBytes(),
        limits.outbox(),
        limits.recoveryItems(),
        limits.recoveryBytes(),
        limits.historyItems(),
        limits.historyBytes(),
        limits.presenceMembers(),
        limits.commandsPerSecond(),
        limits.commandsBurst(),
        limits.commandsWaiting(),
        limits.connectsAtOnce());
  }

  static Heartbeat heartbeat(Config.Heartbeat heartbeat) {
    return new Heartbeat(
        heartbeat.interval(),
        heartbeat.timeout(),
        heartbeat.adaptiveMin(),
        heartbeat.adaptiveMax());
  }

  static Namespaces namespaces(Config config) {
    var all = new ArrayList<Namespace>();
    config.namespaces().forEach((name, namespace) -> all.add(namespace(name, namespace)));
    if (all.stream().noneMatch(namespace -> namespace.prefix().equals(DEMO_PREFIX))) {
      all.add(demo(new Namespaces(all).of(DEMO_PREFIX)));
    }
    return new Namespaces(all);
  }

  /**
   * Where the demo page talks, unless it is configured: it shows who is there, and in all else is
   * what its channels would be without it, so it opens nothing that was closed.
   */
  private static Namespace demo(Namespace like) {
    return new Namespace(
        DEMO_PREFIX,
        like.retention(),
        like.afterLoss(),
        true,
        List.of("name"),
        like.publish(),
        like.subscribe(),
        like.overflow());
  }

  private static Namespace namespace(String name, Config.Namespace namespace) {
    return new Namespace(
        prefix(name, namespace),
        retention(namespace.history()),
        namespace.recovery(),
        namespace.presence(),
        namespace.presenceAttributes(),
        namespace.publish(),
        namespace.subscribe(),
        namespace.overflow());
  }

  private static Retention retention(Config.History history) {
    return history.size() == 0 ? Retention.EPHEMERAL : new Retention(history.size(), history.age());
  }

  /** The prefix of a namespace that has this name in the configuration. */
  static String prefix(String name, Config.Namespace namespace) {
    return namespace.prefix().orElse(name.equals(Config.DEFAULT_NAMESPACE) ? "" : name + ":");
  }
}
