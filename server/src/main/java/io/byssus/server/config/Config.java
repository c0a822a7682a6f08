package io.byssus.server.config;

import io.byssus.core.channel.Access;
import io.byssus.core.channel.AfterLoss;
import io.byssus.core.connection.Overflow;
import io.byssus.core.node.UserPolicy;
import io.byssus.devices.KnownGateway;
import io.byssus.protocol.device.Controls;
import io.byssus.protocol.device.Crc;
import io.byssus.redis.RedisAddress;
import io.byssus.redis.RedisSettings;
import io.byssus.server.auth.Anonymous;
import io.byssus.transport.Cidr;
import io.byssus.transport.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be set, as one tree. This page is its only source: each key stands here once,
 * with its name, meaning, type, default and range. The parser, the checks, the error messages and
 * {@code byssus config-doc} all go by it.
 */
public record Config(
    Listen listen,
    Node node,
    Engine engine,
    Redis redis,
    Auth auth,
    Session session,
    Inbox inbox,
    Channels channels,
    Map<String, Namespace> namespaces,
    Heartbeat heartbeat,
    Devices devices,
    Limits limits,
    Memory memory,
    Deflate deflate,
    Drain drain,
    Log log) {
  /** There is always a namespace of this name. */
  static final String DEFAULT_NAMESPACE = "default";

  public Config {
    namespaces = Collections.unmodifiableMap(new LinkedHashMap<>(namespaces));
  }

  static Config read(Group in) {
    return new Config(
        Listen.read(in.group("listen", "Where the node listens, and for whom.")),
        Node.read(in.group("node", "This node.")),
        in.key(
                "engine",
                "Where state lives: memory (in this process, for one node) or the address of a"
                    + " Redis that all nodes of a cluster share: redis://HOST:PORT/DATABASE,"
                    + " redis-sentinel://HOST:PORT,HOST:PORT/PRIMARY or"
                    + " redis-cluster://HOST:PORT,HOST:PORT; with TLS rediss, for Valkey also"
                    + " valkey and valkeys. USER@ or USER:PASSWORD@ may stand before the hosts.")
            .or("BYSSUS_ENGINE")
            .as(ValueTypes.ENGINE, "memory"),
        Redis.read(in.group("redis", "How to deal with Redis, where it is the engine.")),
        Auth.read(in.group("auth", "Who may connect.")),
        Session.read(in.group("session", "What a client holds beyond its connections.")),
        Inbox.read(
            in.group("inbox", "Messages directed to a session, kept until it acknowledges them.")),
        Channels.read(in.group("channels", "What holds for all channels.")),
        in.named(
            "namespaces",
            "Rules for the channels whose names start with a prefix; the longest prefix that fits"
                + " decides. Give each namespace a name of your own in place of the asterisk. The"
                + " one named default has the empty prefix, and so the channels that no other"
                + " claims. Where none has the prefix chat:, channels that begin so show who is"
                + " there, for the demo page.",
            DEFAULT_NAMESPACE,
            Namespace::read),
        Heartbeat.read(in.group("heartbeat", "When a silent connection counts as dead.")),
        Devices.read(
            in.group("devices", "Embedded devices behind gateways, with their binary frame.")),
        Limits.read(in.group("limits", "Bounds; each refusal has a named code.")),
        Memory.read(
            in.group(
                "memory",
                "What all clients together may hold, as parts of what the JVM has (-Xmx), without"
                    + " what the program needs for itself; docs/operations/one-node.md tells"
                    + " more.")),
        Deflate.read(
            in.group("deflate", "Compression of messages (permessage-deflate, RFC 7692).")),
        Drain.read(in.group("drain", "How the node goes, on SIGTERM or Ctrl-C.")),
        Log.read(in.group("log", "What is logged.")));
  }

  /** Where state lives. */
  public sealed interface Engine {
    record Memory() implements Engine {
      @Override
      public String toString() {
        return "memory";
      }
    }

    /** Shown without user and password. */
    record Redis(RedisAddress address) implements Engine {
      @Override
      public String toString() {
        return address.toString();
      }
    }
  }

  public record Redis(
      Optional<Secret> password,
      Optional<String> sentinelUser,
      Optional<Secret> sentinelPassword,
      Optional<Boolean> sentinelTls,
      Optional<Path> caFile,
      Optional<Path> certFile,
      Optional<Path> keyFile,
      Duration timeout,
      int replicas,
      String prefix) {
    private static Redis read(Group in) {
      return new Redis(
          in.key(
                  "password",
                  "The password, for whoever does not want it in the address. Keep it in a file,"
                      + " where it may be changed while the node runs, or in the environment.")
              .maybeSecret("that of the address, or none"),
          in.key(
                  "sentinel-user",
                  "The user for the Sentinels, where they have one of their own, with"
                      + " redis.sentinel-password.")
              .maybeText("the default user", 1, 255),
          in.key(
                  "sentinel-password",
                  "The password for the Sentinels, where it is not that of Redis. Keep it in a"
                      + " file, like redis.password.")
              .maybeSecret("none, and that of Redis where they insist"),
          in.key("sentinel-tls", "Whether the Sentinels are asked over TLS.")
              .maybe(ValueTypes.SWITCH, "as engine says for Redis"),
          in.key(
                  "ca-file",
                  "PEM file with the certificate authorities that a Redis with TLS, and its"
                      + " Sentinels, are trusted by.")
              .maybe(ValueTypes.FILE, "those of the JVM"),
          in.key(
                  "cert-file",
                  "PEM file with the certificate that the node shows where Redis asks for one, and"
                      + " with those between it and the authority.")
              .maybe(ValueTypes.FILE, "it shows none"),
          in.key(
                  "key-file",
                  "PEM file with the private key of redis.cert-file, in PKCS #8, not encrypted.")
              .maybe(ValueTypes.FILE, "it shows none"),
          in.key(
                  "timeout",
                  "How long Redis may leave a command unanswered; then its connection is given up,"
                      + " and clients hear unknown or unavailable.")
              .duration("1500ms", "200ms", "10s"),
          in.key(
                  "replicas",
                  "How many replicas must have a publication before it is acknowledged as"
                      + " replicated. 0 is as many as it takes for no replica without it to be"
                      + " promoted.")
              .count(0, 0, 100, "replicas"),
          in.key(
                  "prefix",
                  "What the names of all keys and Pub/Sub channels in Redis begin with. Clusters of"
                      + " nodes that share a database need different ones.")
              .as(ValueTypes.PREFIX, RedisSettings.DEFAULT_PREFIX));
    }
  }

  /** An IPv6 address may be written as in a URL. */
  private static String bare(String written) {
    return written.startsWith("[") && written.endsWith("]")
        ? written.substring(1, written.length() - 1)
        : written;
  }

  public record Listen(
      String host,
      int port,
      int backlog,
      Transport transport,
      List<String> allowedOrigins,
      List<Cidr> trustedProxies) {
    private static Listen read(Group in) {
      return new Listen(
          bare(
              in.key(
                      "host",
                      "The address to listen on; 0.0.0.0 is every IPv4 address of this machine, ::"
                          + " every address of IPv4 and IPv6.")
                  .or("BYSSUS_HOST")
                  .text("0.0.0.0", 1, 255)),
          in.key(
                  "port",
                  "The port for everything: WebSocket, HTTP API, console. 0 takes any free one.")
              .or("BYSSUS_PORT")
              .count(8080, 0, 65_535, ""),
          in.key("backlog", "Connections that the kernel keeps until they are accepted.")
              .count(4096, 1, 65_535, "connections"),
          in.key(
                  "transport",
                  "How to talk to the kernel: epoll, io-uring (newer Linux, cheaper under load) or"
                      + " nio (everywhere). Where it does not work, nio is taken.")
              .oneOf(Transport.EPOLL),
          in.key(
                  "allowed-origins",
                  "Origins (scheme://host or scheme://host:port) of pages that may open a WebSocket"
                      + " besides those that the node serves itself; null is that of sandboxed"
                      + " frames and of files, * is any. Others get 403.")
              .list(1000, "origins"),
          in.key(
                  "trusted-proxies",
                  "Networks (10.0.0.0/8) of the proxies whose X-Forwarded-For and X-Forwarded-Proto"
                      + " are believed.")
              .networks(1000));
    }
  }

  public record Node(
      Optional<String> name, Optional<String> address, int lanes, Duration joinDelay) {
    private static Node read(Group in) {
      return new Node(
          in.key(
                  "name",
                  "The name of this node, unique in its cluster: letters, digits, dots, dashes and"
                      + " underscores.")
              .or("BYSSUS_NODE")
              .maybeText("the host name", 1, 64),
          in.key(
                  "address",
                  "Where this node is reached, as the list of nodes shows it to people: a host with"
                      + " a port, or a URL. Nothing connects there.")
              .maybeText("host and port that it listens on", 1, 255),
          in.key("lanes", "Threads that serve connections. 0 is one per processor.")
              .count(0, 0, 1024, "threads"),
          in.key(
                  "join-delay",
                  "How long a publication may wait for others to share one write; 0s joins only"
                      + " what is there already.")
              .duration("500us", "0s", "50ms"));
    }
  }

  public record Auth(Anonymous anonymous, int tokenBytes, Jwt jwt) {
    private static Auth read(Group in) {
      return new Auth(
          in.key(
                  "anonymous",
                  "Which clients may come without a token: local (address and page of this"
                      + " machine), everyone or nobody.")
              .oneOf(Anonymous.LOCAL),
          in.key("token-bytes", "Longest token; a longer one is refused unread.")
              .bytes("8KiB", "256B", "8KiB"),
          Jwt.read(
              in.group("jwt", "JSON Web Tokens, signed with HS256; the claim sub is the user.")));
    }
  }

  public record Jwt(
      Optional<Secret> secret,
      Optional<String> issuer,
      Optional<String> audience,
      Duration clockSkew) {
    private static Jwt read(Group in) {
      return new Jwt(
          in.key(
                  "secret",
                  "The key that tokens are signed with, 256 bits at least: the text as it stands,"
                      + " of a file without its line end; or, with base64: in front, the bytes."
                      + " Keep it in a file or in the environment.")
              .maybeSecret("no token is valid"),
          in.key("issuer", "What the claim iss must be.").maybeText("it is not checked", 1, 1000),
          in.key("audience", "What the claim aud must contain.")
              .maybeText("it is not checked", 1, 1000),
          in.key("clock-skew", "How far the clocks of the issuer and of this node may differ.")
              .duration("60s", "0s", "5m"));
    }
  }

  public record Session(Duration ttl, UserPolicy perUser, boolean clientTags) {
    private static Session read(Group in) {
      return new Session(
          in.key(
                  "ttl",
                  "How long a session outlives its connection. Then resume fails with"
                      + " session_expired.")
              .duration("30m", "2m", "7d"),
          in.key(
                  "per-user",
                  "Sessions of one user: allow any number, limit:N (one more is refused:"
                      + " too_many_sessions), or newest-wins (the others end with close code"
                      + " replaced).")
              .as(ValueTypes.USER_POLICY, "allow"),
          in.key(
                  "client-tags",
                  "Whether clients may choose their own tags, and so receive what is sent to"
                      + " those.")
              .flag(false));
    }
  }

  public record Inbox(int messages, int bytes, Duration age) {
    private static Inbox read(Group in) {
      return new Inbox(
          in.key("messages", "Most messages that wait for one session; error inbox_full.")
              .count(1000, 1, 1_000_000, "messages"),
          in.key("bytes", "Most bytes of them; error inbox_full.").bytes("1MiB", "1KiB", "1GiB"),
          in.key("age", "How long a message waits at most.").duration("1h", "1s", "7d"));
    }
  }

  public record Channels(Duration ttl, Duration dedupeWindow, Duration presenceTtl) {
    private static Channels read(Group in) {
      return new Channels(
          in.key(
                  "ttl",
                  "How long an unused channel keeps its epoch and its offsets; no shorter than"
                      + " session.ttl.")
              .duration("2h", "2m", "30d"),
          in.key("dedupe-window", "How long a publication's dedupe id is remembered.")
              .duration("5m", "1s", "1d"),
          in.key("presence-ttl", "How long a presence entry stands without being touched.")
              .duration("60s", "5s", "1h"));
    }
  }

  public record Namespace(
      Optional<String> prefix,
      History history,
      AfterLoss recovery,
      boolean presence,
      List<String> presenceAttributes,
      Access publish,
      Access subscribe,
      Overflow overflow) {
    private static Namespace read(Group in) {
      return new Namespace(
          in.key("prefix", "What the names of its channels start with.")
              .maybeText("the namespace's name and a colon; of default: empty", 0, 200),
          History.read(
              in.group("history", "What is kept of each channel, for those who come back.")),
          in.key(
                  "recovery",
                  "Where a subscription goes on that has missed what is no more kept: from-oldest"
                      + " (with the oldest that is kept) or from-now (with the next publication).")
              .oneOf(AfterLoss.FROM_OLDEST),
          in.key("presence", "Whether clients can see who is in a channel.").flag(false),
          in.key("presence-attributes", "The session attributes that presence shows.")
              .list(64, "names"),
          in.key(
                  "publish",
                  "Which clients may publish: everyone, users (those with a token) or nobody; error"
                      + " forbidden.")
              .oneOf(Access.EVERYONE),
          in.key("subscribe", "Which clients may subscribe, in the same words; error forbidden.")
              .oneOf(Access.EVERYONE),
          in.key(
                  "overflow",
                  "What happens to a reader that is too slow: disconnect (it can resume; close code"
                      + " slow_consumer), drop-oldest (it is told of the gap) or latest (it gets"
                      + " only the newest of each channel).")
              .oneOf(Overflow.DISCONNECT));
    }
  }

  public record History(int size, Duration age) {
    private static History read(Group in) {
      return new History(
          in.key(
                  "size",
                  "How many publications are kept; 0 keeps none, and the channel has no positions.")
              .count(100, 0, 1_000_000, "publications"),
          in.key("age", "How long each is kept.").duration("10m", "1s", "30d"));
    }
  }

  public record Heartbeat(
      Duration interval, Duration timeout, Duration adaptiveMin, Duration adaptiveMax) {
    private static Heartbeat read(Group in) {
      return new Heartbeat(
          in.key("interval", "Silence after which a connection is pinged.")
              .duration("30s", "1s", "1h"),
          in.key(
                  "timeout",
                  "How long to wait for a sign of life after the ping; then close code"
                      + " heartbeat_timeout.")
              .duration("10s", "100ms", "10m"),
          in.key("adaptive-min", "The shortest interval that a client may ask for.")
              .duration("10s", "1s", "1h"),
          in.key("adaptive-max", "The longest interval that a client may ask for.")
              .duration("4m", "1s", "1h"));
    }
  }

  public record Devices(
      boolean webSocket,
      DevicePort tcp,
      Crc crc,
      String channel,
      Controls controls,
      Optional<Integer> heartbeat,
      boolean answerHeartbeat,
      boolean sequence,
      List<String> tags,
      int addresses,
      int framesPerSecond,
      Duration frameTimeout,
      Duration idleTimeout) {
    private static Devices read(Group in) {
      return new Devices(
          in.key("web-socket", "Whether gateways may come by WebSocket, to /device.").flag(true),
          DevicePort.read(
              in.group("tcp", "Frames over plain TCP, where only an address tells who comes.")),
          in.key("crc", "How the check of a frame is made.").oneOf(Crc.CCITT_FALSE),
          in.key(
                  "channel",
                  "Where the frames of a device are published; {gateway} and {address} stand for"
                      + " its own.")
              .text("device.{gateway}.{address}", 1, 200),
          in.key(
                  "controls",
                  "Names of control values, as NAME=VALUE (temperature=3, switch=0x10): published"
                      + " with each frame, and understood in commands.")
              .as(ValueTypes.CONTROLS, ""),
          in.key(
                  "heartbeat",
                  "The control value of frames that only say that a device lives; they are not"
                      + " published.")
              .maybeCount("there are none", 0, 255),
          in.key("answer-heartbeat", "Whether such a frame is sent back.").flag(false),
          in.key(
                  "sequence",
                  "Whether all other control values are numbers that count the frames of a device,"
                      + " from 255 on with 0: then repeated frames are dropped, and lost ones"
                      + " counted and told.")
              .flag(false),
          in.key(
                  "tags",
                  "Tags of every device, with the same placeholders as channel: what is sent to a"
                      + " tag reaches all that have it.")
              .list(16, "tags"),
          in.key(
                  "addresses",
                  "Devices of one gateway connection; the frames of further ones are dropped.")
              .count(256, 1, 256, "addresses"),
          in.key(
                  "frames-per-second",
                  "Frames that one gateway connection may send, on average; then it is read more"
                      + " slowly.")
              .count(200, 1, 1_000_000, "frames"),
          in.key(
                  "frame-timeout",
                  "Silence within a frame, over TCP, after which the rest will not come: what is"
                      + " there is looked at without it.")
              .duration("1s", "10ms", "1m"),
          in.key(
                  "idle-timeout",
                  "Silence after which a device is detached, and a gateway disconnected.")
              .duration("5m", "1s", "1d"));
    }
  }

  public record DevicePort(
      Optional<Integer> port, String host, List<KnownGateway> gateways, int connections) {
    private static DevicePort read(Group in) {
      return new DevicePort(
          in.key("port", "The port for it. 0 takes any free one.")
              .maybeCount("there is none", 0, 65_535),
          bare(
              in.key(
                      "host",
                      "The address to listen on. One that other machines reach needs"
                          + " devices.tcp.gateways.")
                  .text("127.0.0.1", 1, 255)),
          in.key(
                  "gateways",
                  "Which gateway is where, as NAME=NETWORK (g1=10.0.0.5, g2=10.1.0.0/16), the first"
                      + " that fits; nobody else is let in. Without any, a gateway of this machine"
                      + " has its address as its name, where auth.anonymous lets it in.")
              .gateways(10_000),
          in.key("connections", "Connections at once; further ones are closed.")
              .count(1000, 1, 1_000_000, "connections"));
    }
  }

  public record Limits(
      Duration connectTimeout,
      int channelName,
      int subscriptions,
      int attributes,
      int attributeBytes,
      int tags,
      int tagBytes,
      int outbox,
      int recoveryItems,
      int recoveryBytes,
      int historyItems,
      int historyBytes,
      int presenceMembers,
      int commandsPerSecond,
      int commandsBurst,
      int commandsWaiting,
      int connectsAtOnce,
      int maxMessage,
      int maxFragments,
      Duration messageTimeout,
      int jsonDepth,
      int jsonName,
      int jsonNumber,
      int batchLines,
      int controlsPerSecond,
      int controlsBurst,
      Duration closeTimeout,
      int unsent,
      Duration echoIdle,
      int connectionsPerAddress,
      boolean countLoopback,
      Duration requestTimeout,
      Duration keepAlive,
      int requestLine,
      int headers,
      int handshakes) {
    private static Limits read(Group in) {
      return new Limits(
          in.key(
                  "connect-timeout",
                  "Time from the open socket to an accepted connect; then close code"
                      + " connect_timeout.")
              .duration("10s", "100ms", "5m"),
          in.key("channel-name", "Longest name of a channel, or pattern; error bad_channel.")
              .bytes("200B", "8B", "4KiB"),
          in.key("subscriptions", "Subscriptions of one session; error too_many_subscriptions.")
              .count(128, 1, 100_000, "subscriptions"),
          in.key("attributes", "Attributes of one session; error too_many_attributes.")
              .count(64, 0, 10_000, "attributes"),
          in.key(
                  "attribute-bytes",
                  "Names and values of one session's attributes; error too_many_attributes.")
              .bytes("16KiB", "0B", "16MiB"),
          in.key("tags", "Tags of one session; error too_many_tags.").count(16, 0, 1000, "tags"),
          in.key("tag-bytes", "Longest tag; error too_many_tags.").bytes("64B", "1B", "1KiB"),
          in.key(
                  "outbox",
                  "What waits for one slow reader; what then happens is the namespace's overflow.")
              .bytes("1MiB", "4KiB", "1GiB"),
          in.key(
                  "recovery-items",
                  "Publications read again for one subscription; beyond, recovered: false"
                      + " (overflow).")
              .count(10_000, 1, 1_000_000, "publications"),
          in.key("recovery-bytes", "Bytes of them; beyond, recovered: false or a gap (overflow).")
              .bytes("4MiB", "4KiB", "1GiB"),
          in.key(
                  "history-items",
                  "Publications in one history reply; the client asks again for more.")
              .count(1000, 1, 100_000, "publications"),
          in.key(
                  "history-bytes",
                  "Bytes of them, or one publication; the client asks again for more. At most half"
                      + " of limits.outbox is used.")
              .bytes("512KiB", "1KiB", "1GiB"),
          in.key("presence-members", "Members in one presence reply; the rest is left out.")
              .count(1000, 1, 100_000, "members"),
          in.key(
                  "commands-per-second",
                  "Commands of one connection, on average; error rate_limited.")
              .count(100, 1, 1_000_000, "per second"),
          in.key(
                  "commands-burst",
                  "Commands that one connection may send at once; error rate_limited.")
              .count(500, 1, 1_000_000, "commands"),
          in.key(
                  "commands-waiting",
                  "Commands that wait behind a slow one; then the socket is not read until they are"
                      + " done.")
              .count(64, 1, 10_000, "commands"),
          in.key(
                  "connects-at-once",
                  "Connects that a node has with its engine at once, so that a crowd is let in as"
                      + " fast as the engine answers; the others wait, at most for"
                      + " limits.connect-timeout, then error unavailable.")
              .count(256, 1, 100_000, "connects"),
          in.key(
                  "max-message",
                  "Longest message, all its fragments together and inflated; then close code"
                      + " too_big.")
              .bytes("64KiB", "1KiB", "16MiB"),
          in.key(
                  "max-fragments",
                  "Fragments of one message; then close code policy. 0 is one for each 256 B of"
                      + " limits.max-message, and at least 64.")
              .count(0, 0, 100_000, "fragments"),
          in.key(
                  "message-timeout",
                  "Time from the first fragment of a message to its last; then close code policy.")
              .duration("30s", "100ms", "10m"),
          in.key("json-depth", "Levels of objects and lists in a message; error too_large.")
              .count(64, 4, 1000, "levels"),
          in.key("json-name", "Longest name of a member in a message; error too_large.")
              .bytes("1KiB", "16B", "64KiB"),
          in.key("json-number", "Longest number in a message; error too_large.")
              .bytes("1KiB", "16B", "64KiB"),
          in.key("batch-lines", "Commands in one frame, of a client that batches; error too_large.")
              .count(1000, 1, 100_000, "commands"),
          in.key(
                  "controls-per-second",
                  "Control frames (pings, pongs) of one connection, on average; then close code"
                      + " policy.")
              .count(10, 1, 100_000, "per second"),
          in.key(
                  "controls-burst",
                  "Control frames that one connection may send at once; then close code policy.")
              .count(50, 1, 100_000, "frames"),
          in.key(
                  "close-timeout",
                  "Time that a peer has to answer our close frame; then it is cut off.")
              .duration("3s", "100ms", "1m"),
          in.key(
                  "unsent",
                  "Bytes handed to the kernel's side of one connection before more waits in its"
                      + " outbox.")
              .bytes("64KiB", "4KiB", "16MiB"),
          in.key(
                  "echo-idle",
                  "Silence after which a connection to /echo is closed, with going_away.")
              .duration("5m", "1s", "1d"),
          in.key(
                  "connections-per-address",
                  "Connections from one IPv4 address or IPv6 /64 network; then 429.")
              .count(1000, 1, 10_000_000, "connections"),
          in.key("count-loopback", "Whether connections of this machine count for that too.")
              .flag(false),
          in.key(
                  "request-timeout",
                  "Time for a whole HTTP request, the WebSocket handshake among them; then the"
                      + " connection is closed.")
              .duration("10s", "100ms", "5m"),
          in.key(
                  "keep-alive",
                  "Silence between two HTTP requests of a connection; then it is closed. Longer"
                      + " than the idle time-out of a proxy in front, so that it is the proxy that"
                      + " closes.")
              .duration("75s", "1s", "1h"),
          in.key("request-line", "Longest first line of an HTTP request; then 414.")
              .bytes("4KiB", "256B", "64KiB"),
          in.key("headers", "Headers of one HTTP request together, cookies among them; then 431.")
              .bytes("16KiB", "1KiB", "1MiB"),
          in.key(
                  "handshakes",
                  "Connections at once that have not asked for anything yet, or for nothing more;"
                      + " with more the oldest is reset. 0 is as many as a quarter of"
                      + " memory.sessions has room for.")
              .count(0, 0, 1_000_000, "connections"));
    }
  }

  /** In percent. */
  public record Memory(int sessions, int histories, int inboxes, int sending) {
    private static Memory read(Group in) {
      return new Memory(
          in.key(
                  "sessions",
                  "Connections and sessions with all that they carry, and commands that wait, as a"
                      + " part of the heap. Newcomers are refused before it is used up (503, error"
                      + " unavailable), then what would make a session larger (unavailable); the"
                      + " memory engine forgets sessions that nobody has, the oldest first.")
              .count(35, 1, 90, "percent"),
          in.key(
                  "histories",
                  "Channels and what is kept of them, and dedupe ids, by the memory engine, as a"
                      + " part of the heap. Then the histories go that hold the most and are used"
                      + " the least (gap trimmed); too many ids are refused (error rate_limited).")
              .count(25, 1, 90, "percent"),
          in.key(
                  "inboxes",
                  "Messages that wait in inboxes of the memory engine, as a part of the heap; error"
                      + " inbox_full.")
              .count(5, 1, 90, "percent"),
          in.key(
                  "sending",
                  "What clients have not read yet, and messages that have not come in as a whole,"
                      + " as a part of the direct memory. Then the slowest are cut off (close code"
                      + " slow_consumer), and newcomers refused (503).")
              .count(50, 1, 90, "percent"));
    }
  }

  public record Deflate(boolean on, int threshold, int level) {
    private static Deflate read(Group in) {
      return new Deflate(
          in.key(
                  "on",
                  "Whether compression is offered. It saves bandwidth and costs CPU and, for"
                      + " secrets in one message with what others wrote, privacy.")
              .flag(false),
          in.key("threshold", "Shorter messages are sent as they are.").bytes("512B", "1B", "1MiB"),
          in.key("level", "1 is fast, 9 is small.").count(6, 1, 9, ""));
    }
  }

  public record Drain(Duration grace, Duration window, Duration deadline) {
    private static Drain read(Group in) {
      return new Drain(
          in.key(
                  "grace",
                  "How long the node still accepts connections after it has reported unready: what"
                      + " your load balancer needs to notice.")
              .duration("0s", "0s", "10m"),
          in.key(
                  "window",
                  "The time over which clients are asked to reconnect elsewhere, so that they do"
                      + " not all come at once.")
              .duration("5s", "0s", "1h"),
          in.key("deadline", "From the signal: when the process ends, whatever is still open.")
              .duration("20s", "1s", "2h"));
    }
  }

  public record Log(Level level, Format format) {
    public enum Level {
      DEBUG,
      INFO,
      WARN,
      ERROR
    }

    public enum Format {
      TEXT,
      JSON
    }

    private static Log read(Group in) {
      return new Log(
          in.key("level", "The least that is logged.").oneOf(Level.INFO),
          in.key("format", "text for people, json for machines: one object per line.")
              .oneOf(Format.TEXT));
    }
  }
}
