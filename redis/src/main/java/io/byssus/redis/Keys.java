package io.byssus.redis;

import io.byssus.core.session.Owner;
import io.byssus.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The names of everything in Redis: {@code byssus:{p}:…}, where p is one of a fixed number of
 * partitions. The braces make a partition one slot of a Cluster, so a script may touch all keys of
 * one partition. What users name stands there as Base64 (RFC 4648, for URLs), never raw.
 *
 * <pre>
 *   s session        i its inbox         due sessions by their time    o sessions of an owner
 *   c channel        m its Hash          d dedupe id                   p presence   q its data
 *   u sessions of a user                 g sessions with a tag         n name of a node
 *   f what is written to be waited for
 *   Pub/Sub: l publications of a channel   all of a partition   w wakes a node   bus
 * </pre>
 */
final class Keys {
  static final int PARTITIONS = 64;

  /** Of what concerns the whole cluster. */
  static final int COMMON = 0;

  static final String BUS = prefix(COMMON) + "bus";

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String LIVE = ":l:";

  private Keys() {}

  static int partition(String name) {
    var hash = name.hashCode() * 0x9E3779B9;
    return (hash >>> 16 ^ hash) & PARTITIONS - 1;
  }

  static String prefix(int partition) {
    return "byssus:{" + partition + "}:";
  }

  static String text(String name) {
    return BASE64.encodeToString(name.getBytes(StandardCharsets.UTF_8));
  }

  /** What {@link #text} was made of. */
  static String name(String text) {
    return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
  }

  static String of(int partition, String kind, String name) {
    return prefix(partition) + kind + ':' + text(name);
  }

  private static String of(String kind, String name) {
    return of(partition(name), kind, name);
  }

  static String session(String id) {
    return of("s", id);
  }

  static String inbox(String session) {
    return of("i", session);
  }

  static String stream(String channel) {
    return of("c", channel);
  }

  static String channel(String channel) {
    return of("m", channel);
  }

  static String dedupe(String channel, String id) {
    return of("d", channel) + ':' + text(id);
  }

  static String members(String channel) {
    return of("p", channel);
  }

  static String memberData(String channel) {
    return of("q", channel);
  }

  static String due(int partition) {
    return prefix(partition) + "due";
  }

  static String owned(int partition, Owner owner) {
    return prefix(partition) + "o:" + owner(owner);
  }

  static String nodeName(String node) {
    return of(COMMON, "n", node);
  }

  /** An owner, as it stands in sessions and in names. */
  static String owner(Owner owner) {
    return text(owner.node()) + '.' + text(owner.incarnation());
  }

  static Owner owner(String text) {
    var dot = text.indexOf('.');
    return new Owner(name(text.substring(0, dot)), name(text.substring(dot + 1)));
  }

  /** Where a target's sessions are listed; nowhere for a session, which stands for itself. */
  static Optional<Listed> listed(Target target) {
    return switch (target) {
      case Target.ToSession _ -> Optional.empty();
      case Target.ToUser(var user) -> Optional.of(new Listed(partition(user), of("u", user)));
      case Target.ToTag(var tag) -> Optional.of(new Listed(partition(tag), of("g", tag)));
    };
  }

  record Listed(int partition, String key) {}

  // Pub/Sub.

  /** Where the publications of a channel are heard. */
  static String live(String channel) {
    return prefix(partition(channel)) + "l:" + text(channel);
  }

  /** The channel that {@link #live} is of. */
  static String channelOf(String live) {
    return name(live.substring(live.indexOf(LIVE) + LIVE.length()));
  }

  /**
   * A pattern of Redis that fits where the publications of all channels are heard that begin with
   * {@code prefix}, and some others: three bytes make four characters. It holds nothing of the
   * user's that means something in a pattern.
   */
  static String livePattern(String prefix) {
    var bytes = prefix.getBytes(StandardCharsets.UTF_8);
    var whole = new byte[bytes.length / 3 * 3];
    System.arraycopy(bytes, 0, whole, 0, whole.length);
    return "byssus:{*}:l:" + BASE64.encodeToString(whole) + '*';
  }

  /** Where all publications of a partition are heard, in a Cluster. */
  static String all(int partition) {
    return prefix(partition) + "all";
  }

  /** What the channels that wake an owner begin with. */
  static String wake(int partition) {
    return prefix(partition) + "w:";
  }

  static String wake(int partition, Owner owner) {
    return wake(partition) + owner(owner);
  }
}
