package io.byssus.server.settings;

import io.byssus.core.Limits;
import io.byssus.protocol.JsonLimits;
import io.byssus.server.config.ByteSize;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.transport.TransportSettings;

/**
 * The group limits: bounds, each of which belongs to one of those who hold to it.
 *
 * @param countLoopback whether connections of this machine count for connectionsPerAddress too
 */
public record LimitsConfig(
    Limits node,
    TransportSettings.Messages messages,
    JsonLimits json,
    TransportSettings.Http http,
    int connectionsPerAddress,
    boolean countLoopback) {
  private static final int FRAGMENT_BYTES = 256;
  private static final int FRAGMENTS_MIN = 64;

  static LimitsConfig read(Group in) {
    var connectTimeout =
        in.key(
                "connect-timeout",
                "Time from the open socket to an accepted connect; then close code"
                    + " connect_timeout.")
            .duration("10s", "100ms", "5m");
    var channelName =
        in.key("channel-name", "Longest name of a channel, or pattern; error bad_channel.")
            .bytes("200B", "8B", "4KiB");
    var subscriptions =
        in.key("subscriptions", "Subscriptions of one session; error too_many_subscriptions.")
            .count(128, 1, 100_000, "subscriptions");
    var attributes =
        in.key("attributes", "Attributes of one session; error too_many_attributes.")
            .count(64, 0, 10_000, "attributes");
    var attributeBytes =
        in.key(
                "attribute-bytes",
                "Names and values of one session's attributes; error too_many_attributes.")
            .bytes("16KiB", "0B", "16MiB");
    var tags =
        in.key("tags", "Tags of one session; error too_many_tags.").count(16, 0, 1000, "tags");
    var tagBytes =
        in.key("tag-bytes", "Longest tag; error too_many_tags.").bytes("64B", "1B", "1KiB");
    var outbox =
        in.key(
                "outbox",
                "What waits for one slow reader; what then happens is the namespace's overflow.")
            .bytes("1MiB", "4KiB", "1GiB");
    var recoveryItems =
        in.key(
                "recovery-items",
                "Publications read again for one subscription; beyond, recovered: false"
                    + " (overflow).")
            .count(10_000, 1, 1_000_000, "publications");
    var recoveryBytes =
        in.key("recovery-bytes", "Bytes of them; beyond, recovered: false or a gap (overflow).")
            .bytes("4MiB", "4KiB", "1GiB");
    var historyItems =
        in.key(
                "history-items",
                "Publications in one history reply; the client asks again for more.")
            .count(1000, 1, 100_000, "publications");
    var historyBytes =
        in.key(
                "history-bytes",
                "Bytes of them, or one publication; the client asks again for more. At most half"
                    + " of limits.outbox is used.")
            .bytes("512KiB", "1KiB", "1GiB");
    var presenceMembers =
        in.key("presence-members", "Members in one presence reply; the rest is left out.")
            .count(1000, 1, 100_000, "members");
    var commandsPerSecond =
        in.key("commands-per-second", "Commands of one connection, on average; error rate_limited.")
            .count(100, 1, 1_000_000, "per second");
    var commandsBurst =
        in.key(
                "commands-burst",
                "Commands that one connection may send at once; error rate_limited.")
            .count(500, 1, 1_000_000, "commands");
    var commandsWaiting =
        in.key(
                "commands-waiting",
                "Commands that wait behind a slow one; then the socket is not read until they are"
                    + " done.")
            .count(64, 1, 10_000, "commands");
    var connectsAtOnce =
        in.key(
                "connects-at-once",
                "Connects in progress with the engine at a time; further ones wait, at most for"
                    + " limits.connect-timeout, then error unavailable.")
            .count(256, 1, 100_000, "connects");
    var maxMessage =
        in.key(
                "max-message",
                "Longest message, all its fragments together and inflated; then close code"
                    + " too_big.")
            .bytes("64KiB", "1KiB", "16MiB");
    var maxFragments =
        in.key(
                "max-fragments",
                "Fragments of one message; then close code policy. 0 is one for each 256 B of"
                    + " limits.max-message, and at least 64.")
            .count(0, 0, 100_000, "fragments");
    var messageTimeout =
        in.key(
                "message-timeout",
                "Time from the first fragment of a message to its last; then close code policy.")
            .duration("30s", "100ms", "10m");
    var jsonDepth =
        in.key("json-depth", "Levels of objects and lists in a message; error too_large.")
            .count(64, 4, 1000, "levels");
    var jsonName =
        in.key("json-name", "Longest name of a member in a message; error too_large.")
            .bytes("1KiB", "16B", "64KiB");
    var jsonNumber =
        in.key("json-number", "Longest number in a message; error too_large.")
            .bytes("1KiB", "16B", "64KiB");
    var batchLines =
        in.key("batch-lines", "Commands in one frame, of a client that batches; error too_large.")
            .count(1000, 1, 100_000, "commands");
    var controlsPerSecond =
        in.key(
                "controls-per-second",
                "Control frames (pings, pongs) of one connection, on average; then close code"
                    + " policy.")
            .count(10, 1, 100_000, "per second");
    var controlsBurst =
        in.key(
                "controls-burst",
                "Control frames that one connection may send at once; then close code policy.")
            .count(50, 1, 100_000, "frames");
    var closeTimeout =
        in.key(
                "close-timeout",
                "Time that a peer has to answer our close frame; then it is cut off.")
            .duration("3s", "100ms", "1m");
    var unsent =
        in.key(
                "unsent",
                "Bytes handed to the kernel's side of one connection before more waits in its"
                    + " outbox.")
            .bytes("64KiB", "4KiB", "16MiB");
    var echoIdle =
        in.key("echo-idle", "Silence after which a connection to /echo is closed, with going_away.")
            .duration("5m", "1s", "1d");
    var connectionsPerAddress =
        in.key(
                "connections-per-address",
                "Connections from one IPv4 address or IPv6 /64 network; then 429.")
            .count(1000, 1, 10_000_000, "connections");
    var countLoopback =
        in.key("count-loopback", "Whether connections of this machine count for that too.")
            .flag(false);
    var requestTimeout =
        in.key(
                "request-timeout",
                "Time for a whole HTTP request, the WebSocket handshake among them; then the"
                    + " connection is closed.")
            .duration("10s", "100ms", "5m");
    var keepAlive =
        in.key(
                "keep-alive",
                "Silence between two HTTP requests of a connection; then it is closed. Longer"
                    + " than the idle time-out of a proxy in front, so that it is the proxy that"
                    + " closes.")
            .duration("75s", "1s", "1h");
    var requestLine =
        in.key("request-line", "Longest first line of an HTTP request; then 414.")
            .bytes("4KiB", "256B", "64KiB");
    var headers =
        in.key("headers", "Headers of one HTTP request together, cookies among them; then 431.")
            .bytes("16KiB", "1KiB", "1MiB");
    var handshakes =
        in.key(
                "handshakes",
                "Connections at once that have not asked for anything yet, or for nothing more;"
                    + " with more the oldest is reset. 0 is as many as a quarter of"
                    + " memory.sessions has room for.")
            .count(0, 0, 1_000_000, "connections");
    return new LimitsConfig(
        new Limits(
            connectTimeout,
            maxMessage,
            channelName,
            subscriptions,
            attributes,
            attributeBytes,
            tags,
            tagBytes,
            outbox,
            recoveryItems,
            recoveryBytes,
            historyItems,
            historyBytes,
            presenceMembers,
            commandsPerSecond,
            commandsBurst,
            commandsWaiting,
            connectsAtOnce),
        new TransportSettings.Messages(
            maxMessage,
            fragments(maxFragments, maxMessage),
            messageTimeout,
            controlsPerSecond,
            controlsBurst,
            closeTimeout,
            unsent,
            echoIdle),
        new JsonLimits(jsonDepth, jsonName, jsonNumber, batchLines),
        new TransportSettings.Http(requestTimeout, keepAlive, requestLine, headers, handshakes),
        connectionsPerAddress,
        countLoopback);
  }

  /** Small enough pieces for any device that has a buffer at all, and too few to be a burden. */
  private static int fragments(int wanted, int messageBytes) {
    return wanted == 0 ? Math.max(FRAGMENTS_MIN, messageBytes / FRAGMENT_BYTES) : wanted;
  }

  /** One message must fit wherever messages go. */
  void check(Constraints rules) {
    holdsAMessage(rules, "limits.outbox", node.outboxBytes());
    holdsAMessage(rules, "limits.recovery-bytes", node.recoveryBytes());
  }

  private void holdsAMessage(Constraints rules, String path, int room) {
    rules.require(
        room >= node.messageBytes(),
        new ByteSize(room)
            + " is less than limits.max-message, which is "
            + new ByteSize(node.messageBytes()),
        path,
        "limits.max-message");
  }
}
