package io.byssus.server.config;

import io.byssus.core.channel.Access;
import io.byssus.core.connection.Overflow;
import io.byssus.core.node.UserPolicy;
import io.byssus.server.auth.Anonymous;
import io.byssus.server.transport.Cidr;
import io.byssus.server.transport.Transport;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that can be set, as one tree. This page is its only source: the names of its
 * components are the keys ({@code limits.outbox}), and {@link Key} tells the rest to the parser, to
 * the checks and to {@code byssus config-doc} alike.
 */
public record Config(
    @Key(doc = "Where the node listens, and for whom.") Listen listen,
    @Key(doc = "This node.") Node node,
    @Key(
            doc =
                "Where state lives: memory (in this process, for one node) or, in a later version,"
                    + " the address of a Redis.",
            value = "memory",
            env = "BYSSUS_ENGINE")
        Engine engine,
    @Key(doc = "Who may connect.") Auth auth,
    @Key(doc = "What a client holds beyond its connections.") Session session,
    @Key(doc = "Messages directed to a session, kept until it acknowledges them.") Inbox inbox,
    @Key(doc = "What holds for all channels.") Channels channels,
    @Key(
            doc =
                "Rules for the channels whose names start with a prefix; the longest prefix that"
                    + " fits decides. Give each namespace a name of your own in place of the"
                    + " asterisk. The one named default has the empty prefix, and so the channels"
                    + " that no other claims.")
        Map<String, Namespace> namespaces,
    @Key(doc = "When a silent connection counts as dead.") Heartbeat heartbeat,
    @Key(doc = "Bounds; each refusal has a named code.") Limits limits,
    @Key(doc = "Compression of messages (permessage-deflate, RFC 7692).") Deflate deflate,
    @Key(doc = "How the node goes, on SIGTERM or Ctrl-C.") Drain drain,
    @Key(doc = "What is logged.") Log log) {
  /** There is always a namespace of this name. */
  static final String DEFAULT_NAMESPACE = "default";

  public Config {
    namespaces = Collections.unmodifiableMap(new LinkedHashMap<>(namespaces));
  }

  public enum Engine {
    MEMORY
  }

  public record Listen(
      @Key(
              doc = "The address to listen on; 0.0.0.0 is every IPv4 address of this machine.",
              value = "0.0.0.0",
              min = "1",
              max = "255",
              env = "BYSSUS_HOST")
          String host,
      @Key(
              doc = "The port for everything: WebSocket, HTTP API, console. 0 takes any free one.",
              value = "8080",
              min = "0",
              max = "65535",
              env = "BYSSUS_PORT")
          int port,
      @Key(
              doc = "Connections that the kernel keeps until they are accepted.",
              value = "4096",
              min = "1",
              max = "65535",
              unit = "connections")
          int backlog,
      @Key(
              doc =
                  "How to talk to the kernel: epoll, io-uring (newer Linux, cheaper under load) or"
                      + " nio (everywhere). Where it does not work, nio is taken.",
              value = "epoll")
          Transport transport,
      @Key(
              doc =
                  "Origins (scheme://host or scheme://host:port) of pages that may open a WebSocket"
                      + " besides those that the node serves itself; * is any. Others get 403.",
              min = "0",
              max = "1000",
              unit = "origins")
          List<String> allowedOrigins,
      @Key(
              doc =
                  "Networks (10.0.0.0/8) of the proxies whose X-Forwarded-For and X-Forwarded-Proto"
                      + " are believed.",
              min = "0",
              max = "1000",
              unit = "networks")
          List<Cidr> trustedProxies) {}

  public record Node(
      @Key(
              doc =
                  "The name of this node, unique in its cluster: letters, digits, dots, dashes and"
                      + " underscores.",
              value = "the host name",
              min = "1",
              max = "64",
              env = "BYSSUS_NODE")
          Optional<String> name,
      @Key(
              doc = "Threads that serve connections. 0 is one per processor.",
              value = "0",
              min = "0",
              max = "1024",
              unit = "threads")
          int lanes,
      @Key(
              doc =
                  "How long a publication may wait for others to share one write; 0s joins only"
                      + " what is there already.",
              value = "0s",
              min = "0s",
              max = "50ms")
          Duration joinDelay) {}

  public record Auth(
      @Key(
              doc =
                  "Which clients may come without a token: local (address and page of this"
                      + " machine), everyone or nobody.",
              value = "local")
          Anonymous anonymous,
      @Key(
              doc = "Longest token; a longer one is refused unread.",
              value = "8KiB",
              min = "256B",
              max = "8KiB")
          Size tokenBytes,
      @Key(doc = "JSON Web Tokens, signed with HS256; the claim sub is the user.") Jwt jwt) {}

  public record Jwt(
      @Key(
              doc =
                  "The key that tokens are signed with, 256 bits at least. Keep it in a file or in"
                      + " the environment.",
              value = "no token is valid")
          Optional<Secret> secret,
      @Key(
              doc = "What the claim iss must be.",
              value = "it is not checked",
              min = "1",
              max = "1000")
          Optional<String> issuer,
      @Key(
              doc = "What the claim aud must contain.",
              value = "it is not checked",
              min = "1",
              max = "1000")
          Optional<String> audience,
      @Key(
              doc = "How far the clocks of the issuer and of this node may differ.",
              value = "60s",
              min = "0s",
              max = "5m")
          Duration clockSkew) {}

  public record Session(
      @Key(
              doc =
                  "How long a session outlives its connection. Then resume fails with"
                      + " session_expired.",
              value = "30m",
              min = "2m",
              max = "7d")
          Duration ttl,
      @Key(
              doc =
                  "Sessions of one user: allow any number, limit:N (one more is refused:"
                      + " too_many_sessions), or newest-wins (the others end with close code"
                      + " replaced).",
              value = "allow")
          UserPolicy perUser,
      @Key(
              doc =
                  "Whether clients may choose their own tags, and so receive what is sent to"
                      + " those.",
              value = "false")
          boolean clientTags) {}

  public record Inbox(
      @Key(
              doc = "Most messages that wait for one session; error inbox_full.",
              value = "1000",
              min = "1",
              max = "1000000",
              unit = "messages")
          int messages,
      @Key(
              doc = "Most bytes of them; error inbox_full.",
              value = "1MiB",
              min = "1KiB",
              max = "1GiB")
          Size bytes,
      @Key(doc = "How long a message waits at most.", value = "1h", min = "1s", max = "7d")
          Duration age) {}

  public record Channels(
      @Key(
              doc =
                  "How long an unused channel keeps its epoch and its offsets; no shorter than"
                      + " session.ttl.",
              value = "2h",
              min = "2m",
              max = "30d")
          Duration ttl,
      @Key(
              doc = "How long a publication's dedupe id is remembered.",
              value = "5m",
              min = "1s",
              max = "1d")
          Duration dedupeWindow,
      @Key(
              doc = "How long a presence entry stands without being touched.",
              value = "60s",
              min = "5s",
              max = "1h")
          Duration presenceTtl) {}

  public record Namespace(
      @Key(
              doc = "What the names of its channels start with.",
              value = "the namespace's name and a colon; of default: empty",
              min = "0",
              max = "200")
          Optional<String> prefix,
      @Key(doc = "What is kept of each channel, for those who come back.") History history,
      @Key(doc = "Whether clients can see who is in a channel.", value = "false") boolean presence,
      @Key(
              doc = "The session attributes that presence shows.",
              min = "0",
              max = "64",
              unit = "names")
          List<String> presenceAttributes,
      @Key(
              doc =
                  "Which clients may publish: everyone, users (those with a token) or nobody; error"
                      + " forbidden.",
              value = "everyone")
          Access publish,
      @Key(
              doc = "Which clients may subscribe, in the same words; error forbidden.",
              value = "everyone")
          Access subscribe,
      @Key(
              doc =
                  "What happens to a reader that is too slow: disconnect (it can resume; close code"
                      + " slow_consumer), drop-oldest (it is told of the gap) or latest (it gets"
                      + " only the newest of each channel).",
              value = "disconnect")
          Overflow overflow) {}

  public record History(
      @Key(
              doc =
                  "How many publications are kept; 0 keeps none, and the channel has no positions.",
              value = "100",
              min = "0",
              max = "1000000",
              unit = "publications")
          int size,
      @Key(doc = "How long each is kept.", value = "10m", min = "1s", max = "30d") Duration age) {}

  public record Heartbeat(
      @Key(
              doc = "Silence after which a connection is pinged.",
              value = "30s",
              min = "1s",
              max = "1h")
          Duration interval,
      @Key(
              doc =
                  "How long to wait for a sign of life after the ping; then close code"
                      + " heartbeat_timeout.",
              value = "10s",
              min = "100ms",
              max = "10m")
          Duration timeout,
      @Key(
              doc = "The shortest interval that a client may ask for.",
              value = "10s",
              min = "1s",
              max = "1h")
          Duration adaptiveMin,
      @Key(
              doc = "The longest interval that a client may ask for.",
              value = "4m",
              min = "1s",
              max = "1h")
          Duration adaptiveMax) {}

  public record Limits(
      @Key(
              doc =
                  "Time from the open socket to an accepted connect; then close code"
                      + " connect_timeout.",
              value = "10s",
              min = "100ms",
              max = "5m")
          Duration connectTimeout,
      @Key(
              doc = "Longest name of a channel, or pattern; error bad_channel.",
              value = "200B",
              min = "8B",
              max = "4KiB")
          Size channelName,
      @Key(
              doc = "Subscriptions of one session; error too_many_subscriptions.",
              value = "128",
              min = "1",
              max = "100000",
              unit = "subscriptions")
          int subscriptions,
      @Key(
              doc = "Attributes of one session; error too_many_attributes.",
              value = "64",
              min = "0",
              max = "10000",
              unit = "attributes")
          int attributes,
      @Key(
              doc = "Names and values of one session's attributes; error too_many_attributes.",
              value = "16KiB",
              min = "0B",
              max = "16MiB")
          Size attributeBytes,
      @Key(
              doc = "Tags of one session; error too_many_tags.",
              value = "16",
              min = "0",
              max = "1000",
              unit = "tags")
          int tags,
      @Key(doc = "Longest tag; error too_many_tags.", value = "64B", min = "1B", max = "1KiB")
          Size tagBytes,
      @Key(
              doc =
                  "What waits for one slow reader; what then happens is the namespace's overflow.",
              value = "1MiB",
              min = "4KiB",
              max = "1GiB")
          Size outbox,
      @Key(
              doc =
                  "Publications read again for one subscription; beyond, recovered: false"
                      + " (overflow).",
              value = "10000",
              min = "1",
              max = "1000000",
              unit = "publications")
          int recoveryItems,
      @Key(
              doc = "Bytes of them; beyond, recovered: false (overflow).",
              value = "4MiB",
              min = "4KiB",
              max = "1GiB")
          Size recoveryBytes,
      @Key(
              doc = "Publications in one history reply; the client asks again for more.",
              value = "1000",
              min = "1",
              max = "100000",
              unit = "publications")
          int historyItems,
      @Key(
              doc = "Members in one presence reply; the rest is only counted.",
              value = "1000",
              min = "1",
              max = "100000",
              unit = "members")
          int presenceMembers,
      @Key(
              doc = "Commands of one connection, on average; error rate_limited.",
              value = "100",
              min = "1",
              max = "1000000",
              unit = "per second")
          int commandsPerSecond,
      @Key(
              doc = "Commands that one connection may send at once; error rate_limited.",
              value = "500",
              min = "1",
              max = "1000000",
              unit = "commands")
          int commandsBurst,
      @Key(
              doc =
                  "Commands that wait behind a slow one; then the socket is not read until they are"
                      + " done.",
              value = "64",
              min = "1",
              max = "10000",
              unit = "commands")
          int commandsWaiting,
      @Key(
              doc =
                  "Longest message, all its fragments together and inflated; then close code"
                      + " too_big.",
              value = "64KiB",
              min = "1KiB",
              max = "16MiB")
          Size maxMessage,
      @Key(
              doc = "Fragments of one message; then close code policy.",
              value = "64",
              min = "1",
              max = "100000",
              unit = "fragments")
          int maxFragments,
      @Key(
              doc =
                  "Time from the first fragment of a message to its last; then close code policy.",
              value = "30s",
              min = "100ms",
              max = "10m")
          Duration messageTimeout,
      @Key(
              doc =
                  "Control frames (pings, pongs) of one connection, on average; then close code"
                      + " policy.",
              value = "10",
              min = "1",
              max = "100000",
              unit = "per second")
          int controlsPerSecond,
      @Key(
              doc = "Control frames that one connection may send at once; then close code policy.",
              value = "50",
              min = "1",
              max = "100000",
              unit = "frames")
          int controlsBurst,
      @Key(
              doc = "Time that a peer has to answer our close frame; then it is cut off.",
              value = "3s",
              min = "100ms",
              max = "1m")
          Duration closeTimeout,
      @Key(
              doc =
                  "Bytes handed to the kernel's side of one connection before more waits in its"
                      + " outbox.",
              value = "64KiB",
              min = "4KiB",
              max = "16MiB")
          Size unsent,
      @Key(
              doc = "Silence after which a connection to /echo is closed, with going_away.",
              value = "5m",
              min = "1s",
              max = "1d")
          Duration echoIdle,
      @Key(
              doc = "Connections from one IPv4 address or IPv6 /64 network; then 429.",
              value = "1000",
              min = "1",
              max = "10000000",
              unit = "connections")
          int connectionsPerAddress,
      @Key(doc = "Whether connections of this machine count for that too.", value = "false")
          boolean countLoopback,
      @Key(
              doc =
                  "Time for a whole HTTP request, the WebSocket handshake among them; then the"
                      + " connection is closed.",
              value = "10s",
              min = "100ms",
              max = "5m")
          Duration requestTimeout,
      @Key(
              doc = "Longest first line of an HTTP request; then 414.",
              value = "4KiB",
              min = "256B",
              max = "64KiB")
          Size requestLine,
      @Key(
              doc = "Headers of one HTTP request together; then 431.",
              value = "8KiB",
              min = "1KiB",
              max = "1MiB")
          Size headers) {}

  public record Deflate(
      @Key(
              doc =
                  "Whether compression is offered. It saves bandwidth and costs CPU and, on secrets"
                      + " mixed with what others wrote, privacy.",
              value = "false")
          boolean on,
      @Key(doc = "Shorter messages are sent as they are.", value = "512B", min = "1B", max = "1MiB")
          Size threshold,
      @Key(doc = "1 is fast, 9 is small.", value = "6", min = "1", max = "9") int level) {}

  public record Drain(
      @Key(
              doc =
                  "How long the node still accepts connections after it has reported unready: what"
                      + " your load balancer needs to notice.",
              value = "0s",
              min = "0s",
              max = "10m")
          Duration grace,
      @Key(
              doc =
                  "The time over which clients are asked to reconnect elsewhere, so that they do"
                      + " not all come at once.",
              value = "5s",
              min = "0s",
              max = "1h")
          Duration window,
      @Key(
              doc = "From the signal: when the process ends, whatever is still open.",
              value = "20s",
              min = "1s",
              max = "2h")
          Duration deadline) {}

  public record Log(
      @Key(doc = "The least that is logged.", value = "info") Level level,
      @Key(doc = "text for people, json for machines: one object per line.", value = "text")
          Format format) {
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
  }
}
