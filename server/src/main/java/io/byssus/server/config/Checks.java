package io.byssus.server.config;

import io.byssus.core.channel.ChannelName;
import io.byssus.devices.DeviceSettings;
import io.byssus.devices.KnownGateway;
import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisCertificate;
import io.byssus.server.auth.Anonymous;
import io.byssus.transport.Origins;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold between keys, beyond the range of each. */
final class Checks {
  private static final String LONGEST_GATEWAY = "x".repeat(64);
  private static final Pattern ADDRESS = Pattern.compile("[!-~]+");
  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9._-]+");

  /** In percent: the rest is for the program and for what the collector has yet to find. */
  private static final int MOST_OF_THE_HEAP = 90;

  private final Map<String, RawValue> given;
  private final Set<String> wrongAlready;
  private final List<Problem> problems = new ArrayList<>();

  private Checks(Map<String, RawValue> given, List<Problem> known) {
    this.given = given;
    this.wrongAlready = known.stream().map(Problem::path).collect(Collectors.toSet());
  }

  /**
   * @param given what was written, to tell where
   * @param known a value with a problem of its own is not held against others
   */
  static List<Problem> of(Config config, Map<String, RawValue> given, List<Problem> known) {
    var checks = new Checks(given, known);
    checks.origins(config.listen().allowedOrigins());
    checks.sizes(config.limits());
    checks.memory(config.memory());
    checks.node(config.node());
    checks.redis(config.engine(), config.redis());
    checks.auth(config.auth());
    checks.lifetimes(config);
    checks.heartbeat(config.heartbeat());
    checks.drain(config.drain());
    checks.devices(config);
    checks.namespaces(config);
    return checks.problems;
  }

  /** Reports {@code message} at the first of {@code paths}, which are the keys that it is about. */
  private void require(boolean holds, String message, String... paths) {
    if (holds || Stream.of(paths).anyMatch(wrongAlready::contains)) {
      return;
    }
    var written = Stream.of(paths).map(given::get).filter(value -> value != null).findFirst();
    problems.add(new Problem(paths[0], written.map(RawValue::where).orElse("default"), message));
  }

  private void origins(List<String> origins) {
    for (var origin : origins) {
      require(
          Origins.valid(origin),
          Problem.quoted(origin) + ": expected scheme://host, scheme://host:port, null or *",
          "listen.allowed-origins");
    }
  }

  /** One message must fit wherever messages go. */
  private void sizes(Config.Limits limits) {
    holdsAMessage("limits.outbox", limits.outbox(), limits.maxMessage());
    holdsAMessage("limits.recovery-bytes", limits.recoveryBytes(), limits.maxMessage());
  }

  private void holdsAMessage(String path, int room, int message) {
    require(
        room >= message,
        new ByteSize(room)
            + " has no room for one message of limits.max-message, "
            + new ByteSize(message),
        path,
        "limits.max-message");
  }

  private void memory(Config.Memory memory) {
    var sum = memory.sessions() + memory.histories() + memory.inboxes();
    require(
        sum <= MOST_OF_THE_HEAP,
        "together with memory.histories and memory.inboxes "
            + sum
            + " percent of the heap, where"
            + " the program needs "
            + (100 - MOST_OF_THE_HEAP)
            + " to work with",
        "memory.sessions",
        "memory.histories",
        "memory.inboxes");
  }

  private void node(Config.Node node) {
    require(
        node.name().stream().allMatch(name -> NODE_NAME.matcher(name).matches()),
        "expected letters, digits, dots, dashes and underscores only",
        "node.name");
    require(
        node.address().stream().allMatch(address -> ADDRESS.matcher(address).matches()),
        "expected a host with a port, or a URL",
        "node.address");
  }

  private void redis(Config.Engine engine, Config.Redis redis) {
    if (engine instanceof Config.Engine.Redis(var address)) {
      require(
          address.password().isEmpty() || redis.password().isEmpty(),
          "engine has a password too; leave one of them out",
          "redis.password",
          "engine");
      sentinels(address, redis);
      var tls = address.tls() || redis.sentinelTls().orElse(false);
      onlyOverTls(tls, redis.caFile(), "redis.ca-file");
      onlyOverTls(tls, redis.certFile(), "redis.cert-file");
      onlyOverTls(tls, redis.keyFile(), "redis.key-file");
      if (tls) {
        certificates(redis);
      }
    }
  }

  private void certificates(Config.Redis redis) {
    require(
        redis.certFile().isPresent() || redis.keyFile().isEmpty(),
        "there is no certificate to this key: redis.cert-file names it",
        "redis.key-file",
        "redis.cert-file");
    require(
        redis.keyFile().isPresent() || redis.certFile().isEmpty(),
        "there is no private key to this certificate: redis.key-file names it",
        "redis.cert-file",
        "redis.key-file");
    redis
        .caFile()
        .ifPresent(file -> holds(() -> RedisCertificate.checkCertificates(file), "redis.ca-file"));
    redis
        .certFile()
        .ifPresent(
            file -> holds(() -> RedisCertificate.checkCertificates(file), "redis.cert-file"));
    if (redis.certFile().isPresent() && redis.keyFile().isPresent()) {
      var own = new RedisCertificate(redis.certFile().get(), redis.keyFile().get());
      holds(own::checkKey, "redis.key-file", "redis.cert-file");
    }
  }

  private void sentinels(RedisAddress address, Config.Redis redis) {
    var none =
        "is for Sentinels, and engine names none: its address would begin with" + " redis-sentinel";
    var asked = address.kind() == RedisAddress.Kind.SENTINEL;
    require(asked || redis.sentinelUser().isEmpty(), none, "redis.sentinel-user", "engine");
    require(asked || redis.sentinelPassword().isEmpty(), none, "redis.sentinel-password", "engine");
    require(asked || redis.sentinelTls().isEmpty(), none, "redis.sentinel-tls", "engine");
    require(
        redis.sentinelPassword().isPresent() || redis.sentinelUser().isEmpty(),
        "has no password: redis.sentinel-password is missing",
        "redis.sentinel-user",
        "redis.sentinel-password");
  }

  private void onlyOverTls(boolean tls, Optional<Path> file, String path) {
    require(
        tls || file.isEmpty(),
        "is for TLS, and engine has none: its address would begin with rediss",
        path,
        "engine");
  }

  /** Reports what {@code check} says is wrong. */
  private void holds(Runnable check, String... paths) {
    if (Stream.of(paths).noneMatch(wrongAlready::contains)) {
      try {
        check.run();
      } catch (IllegalArgumentException e) {
        require(false, String.valueOf(e.getMessage()), paths);
      }
    }
  }

  private void auth(Config.Auth auth) {
    auth.jwt()
        .secret()
        .flatMap(WeakSecret::reason)
        .ifPresent(reason -> require(false, reason, "auth.jwt.secret"));
    require(
        auth.anonymous() != Anonymous.NOBODY || auth.jwt().secret().isPresent(),
        "nobody could connect: no anonymous client may, and without auth.jwt.secret there is no"
            + " other",
        "auth.anonymous",
        "auth.jwt.secret");
  }

  private void lifetimes(Config config) {
    var ttl = config.channels().ttl();
    atMost("session.ttl", config.session().ttl(), "channels.ttl", ttl);
    atMost("channels.dedupe-window", config.channels().dedupeWindow(), "channels.ttl", ttl);
    config
        .namespaces()
        .forEach((name, namespace) ->
            atMost(
                "namespaces." + name + ".history.age",
                namespace.history().age(),
                "channels.ttl",
                ttl));
  }

  private void atMost(String path, Duration value, String boundPath, Duration bound) {
    require(
        value.compareTo(bound) <= 0,
        Durations.show(value)
            + " is longer than "
            + boundPath
            + ", which is "
            + Durations.show(bound),
        path,
        boundPath);
  }

  private void heartbeat(Config.Heartbeat heartbeat) {
    require(
        heartbeat.timeout().compareTo(heartbeat.interval()) < 0,
        Durations.show(heartbeat.timeout())
            + " is not shorter than heartbeat.interval, which is "
            + Durations.show(heartbeat.interval()),
        "heartbeat.timeout",
        "heartbeat.interval");
    atMost(
        "heartbeat.adaptive-min",
        heartbeat.adaptiveMin(),
        "heartbeat.adaptive-max",
        heartbeat.adaptiveMax());
  }

  private void drain(Config.Drain drain) {
    var before = drain.grace().plus(drain.window());
    require(
        before.compareTo(drain.deadline()) <= 0,
        "comes before drain.grace and drain.window are over, after " + Durations.show(before),
        "drain.deadline",
        "drain.grace",
        "drain.window");
  }

  private void devices(Config config) {
    var devices = config.devices();
    var longest = DeviceSettings.fill(devices.channel(), LONGEST_GATEWAY, 255);
    require(
        longest.indexOf('{') < 0
            && ChannelName.fault(longest, false, config.limits().channelName()).isEmpty(),
        Problem.quoted(devices.channel())
            + ": expected the name of a channel, at most limits.channel-name long with the longest"
            + " gateway, with {gateway} and {address} for what differs",
        "devices.channel",
        "limits.channel-name");
    for (var tag : devices.tags()) {
      var filled = DeviceSettings.fill(tag, LONGEST_GATEWAY, 255);
      require(
          filled.indexOf('{') < 0
              && filled.getBytes(StandardCharsets.UTF_8).length
                  <= config.limits().tagBytes() + LONGEST_GATEWAY.length(),
          Problem.quoted(tag)
              + ": expected a tag no longer than limits.tag-bytes besides the gateway's name, with"
              + " {gateway} and {address} for what differs",
          "devices.tags",
          "limits.tag-bytes");
    }
    require(
        !devices.answerHeartbeat() || devices.heartbeat().isPresent(),
        "there is no heartbeat to answer",
        "devices.answer-heartbeat",
        "devices.heartbeat");
    require(
        devices.tcp().port().isEmpty()
            || loopback(devices.tcp().host())
            || !devices.tcp().gateways().isEmpty(),
        "other machines reach it, and nothing but their addresses tells who they are: name them in"
            + " devices.tcp.gateways",
        "devices.tcp.host",
        "devices.tcp.gateways");
    gateways(devices.tcp().gateways());
  }

  /** The first that fits is the one, so one behind a wider network is never met. */
  private void gateways(List<KnownGateway> gateways) {
    for (var later = 1; later < gateways.size(); later++) {
      var hidden = gateways.get(later);
      gateways.subList(0, later).stream()
          .filter(known -> known.network().covers(hidden.network()))
          .findFirst()
          .filter(known -> !known.gateway().equals(hidden.gateway()))
          .ifPresent(known ->
              require(
                  false,
                  "%s is never met at %s, which %s at %s holds: name the narrower network first"
                      .formatted(
                          hidden.gateway(), hidden.network(), known.gateway(), known.network()),
                  "devices.tcp.gateways"));
    }
  }

  /** By its looks: names are not looked up while a configuration is read. */
  private static boolean loopback(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name, whatever it begins with
    }
  }

  private void namespaces(Config config) {
    var byPrefix = new HashMap<String, String>();
    config
        .namespaces()
        .forEach((name, namespace) -> {
          var prefix = Settings.prefix(name, namespace);
          prefix(name, prefix, config.limits().channelName());
          var other = byPrefix.putIfAbsent(prefix, name);
          require(
              other == null,
              Problem.quoted(prefix) + " is the prefix of namespaces." + other + " too",
              path(name),
              path(String.valueOf(other)));
        });
  }

  private void prefix(String name, String prefix, int longest) {
    require(
        !name.equals(Config.DEFAULT_NAMESPACE) || prefix.isEmpty(),
        Problem.quoted(prefix) + ": this namespace is for all that no other claims; leave it empty",
        path(name));
    require(
        prefix.getBytes(StandardCharsets.UTF_8).length < longest,
        Problem.quoted(prefix)
            + " leaves no room in a name of limits.channel-name, "
            + new ByteSize(longest),
        path(name),
        "limits.channel-name");
  }

  private static String path(String namespace) {
    return "namespaces." + namespace + ".prefix";
  }
}
