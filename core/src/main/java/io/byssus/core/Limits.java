package io.byssus.core;

import java.time.Duration;

/**
 * The bounds of one node; each refusal has a named code.
 *
 * @param connectTimeout from the open socket to an accepted connect; then close connect_timeout
 * @param messageBytes longest message of a client, which connected tells; the transport holds it
 * @param channelNameBytes longest channel name or pattern; error bad_channel
 * @param subscriptions of one session; error too_many_subscriptions
 * @param attributes of one session; error too_many_attributes
 * @param attributeBytes names and values of one session together; error too_many_attributes
 * @param tags of one session; error too_many_tags
 * @param tagBytes longest tag; error too_many_tags
 * @param outboxBytes waiting for one slow reader; what then happens is the namespace's {@code
 *     overflow}
 * @param recoveryItems most items read again for one subscription; then recovered: false, overflow
 * @param recoveryBytes most bytes of them; then recovered: false or, when some were sent already, a
 *     gap, overflow
 * @param historyItems most items of one history reply
 * @param historyBytes most bytes of one history reply, or one item
 * @param presenceMembers most members of one presence reply
 * @param commandsPerSecond one connection, on average; error rate_limited
 * @param commandsBurst how many it may send at once
 * @param commandsWaiting behind one that takes its time; then the socket is not read until they are
 *     done
 * @param connectsAtOnce how many connects a node takes to its engine at once; the others wait, at
 *     most for the connect timeout, then error unavailable
 */
public record Limits(
    Duration connectTimeout,
    int messageBytes,
    int channelNameBytes,
    int subscriptions,
    int attributes,
    int attributeBytes,
    int tags,
    int tagBytes,
    int outboxBytes,
    int recoveryItems,
    int recoveryBytes,
    int historyItems,
    int historyBytes,
    int presenceMembers,
    int commandsPerSecond,
    int commandsBurst,
    int commandsWaiting,
    int connectsAtOnce) {
  public static final Limits DEFAULTS =
      new Limits(
          Duration.ofSeconds(10),
          64 << 10,
          200,
          128,
          64,
          16 << 10,
          16,
          64,
          1 << 20,
          10_000,
          4 << 20,
          1_000,
          512 << 10,
          1_000,
          100,
          500,
          64,
          256);
}
