package io.byssus.redis;

import io.byssus.core.session.Owner;
import io.byssus.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of everything in Redis: {@code byssus:{p}:…}, where {@code byssus} is the prefix of one
 * cluster of nodes, and p one of a fixed number of partitions. The braces make a partition one slot
 * of a Cluster, so a script may touch all keys of one partition. What users name stands there as
 * Base64 (RFC 4648, for URLs), never raw.
 *
 * <p>Pub/Sub knows no databases: whoever publishes in one is heard in all. So its channels are
 * named {@code byssus:0:{p}:…}, with the database.
 *
 * <pre>
 *   s session        i its inbox         k dedupe ids of its inbox
 *   due sessions by their time    o sessions of an owner
 *   c channel        m its Hash          channels their names
 *   d dedupe id                   p presence   q its data
 *   U sessions of a user                 G sessions with a tag         n name of a node
 *   r runs that had that name
 *   f what is written to be waited for   z tombstone of a session      mark of a partition
 *   Pub/Sub: l publications of a channel   all of a partition   w wakes a node   bus
 * </pre>
 */
final class Keys {
  static final int PARTITIONS = 64;

  /** Of what concerns the whole cluster. */
  static final int COMMON = 0;

  static final String DEFAULT_PREFIX = "byssus";

  /** No braces, which have a meaning in a Cluster, and nothing that has one in a pattern. */
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,63}");

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String LIVE = "}:l:";

  private final String[] stored = new String[PARTITIONS];
  private final String[] said = new String[PARTITIONS];
  private final String livePattern;

  /**
   * @param prefix of all names
   * @param database that the keys are in
   * @throws IllegalArgumentException with a sentence that says how a prefix is written
   */
  Keys(String prefix, int database) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "a prefix begins with a letter or digit, and has up to 64 letters, digits, dots, dashes,"
              + " underscores and colons");
    }
    for (int partition = 0; partition < PARTITIONS; partition++) {
      stored[partition] = prefix + ':' + tag(partition) + ':';
      said[partition] = prefix + ':' + database + ':' + tag(partition) + ':';
    }
    livePattern = prefix + ':' + database + ":{*" + LIVE;
  }

  /** What decides about the slot of all names of a partition. */
  static String tag(int partition) {
    return "{" + partition + '}';
  }

  static int partition(String name) {
    var hash = name.hashCode() * 0x9E3779B9;
    return (hash >>> 16 ^ hash) & PARTITIONS - 1;
  }

  String prefix(int partition) {
    return stored[partition];
  }

  static String text(String name) {
    return BASE64.encodeToString(name.getBytes(StandardCharsets.UTF_8));
  }

  /** What {@link #text} was made of. */
  static String name(String text) {
    return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
  }

  String of(int partition, String kind, String name) {
    return prefix(partition) + kind + ':' + text(name);
  }

  private String of(String kind, String name) {
    return of(partition(name), kind, name);
  }

  String session(String id) {
    return of("s", id);
  }

  String inbox(String session) {
    return of("i", session);
  }

  String inboxIds(String session) {
    return of("k", session);
  }

  String stream(String channel) {
    return of("c", channel);
  }

  String channel(String channel) {
    return of("m", channel);
  }

  /** The names of the channels of a partition. */
  String channels(int partition) {
    return prefix(partition) + "channels";
  }

  String dedupe(String channel, String id) {
    return of("d", channel) + ':' + text(id);
  }

  String members(String channel) {
    return of("p", channel);
  }

  /** The same members, in the order in which they are told. */
  String memberOrder(String channel) {
    return of("a", channel);
  }

  String memberData(String channel) {
    return of("q", channel);
  }

  /** By which nodes see whether the partition has what it had. */
  String mark(int partition) {
    return prefix(partition) + "mark";
  }

  String due(int partition) {
    return prefix(partition) + "due";
  }

  String owned(int partition, Owner owner) {
    return prefix(partition) + "o:" + owner(owner);
  }

  String nodeName(String node) {
    return of(COMMON, "n", node);
  }

  /** The runs that had a name, scored by when they last said so. */
  String nodeRuns(String node) {
    return of(COMMON, "r", node);
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
  Optional<Listed> listed(Target target) {
    return switch (target) {
      case Target.ToSession _ -> Optional.empty();
      case Target.ToUser(var user) -> Optional.of(new Listed(partition(user), of("U", user)));
      case Target.ToTag(var tag) -> Optional.of(new Listed(partition(tag), of("G", tag)));
    };
  }

  record Listed(int partition, String key) {}

  // Pub/Sub.

  /** What all nodes hear. */
  String bus() {
    return said[COMMON] + "bus";
  }

  /** What one node hears. */
  String bus(Owner owner) {
    return bus() + ':' + owner(owner);
  }

  /** Where the publications of a channel are heard. */
  String live(String channel) {
    return said[partition(channel)] + "l:" + text(channel);
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
  String livePattern(String prefix) {
    return livePattern + beginning(prefix) + '*';
  }

  /**
   * What {@link #text} of all names begins with that begin with {@code prefix}, and some others.
   */
  static String beginning(String prefix) {
    var bytes = prefix.getBytes(StandardCharsets.UTF_8);
    return BASE64.encodeToString(Arrays.copyOf(bytes, bytes.length / 3 * 3));
  }

  /** Where all publications of a partition are heard, in a Cluster. */
  String all(int partition) {
    return said[partition] + "all";
  }

  /** What the channels that wake an owner begin with. */
  String wake(int partition) {
    return said[partition] + "w:";
  }

  String wake(int partition, Owner owner) {
    return wake(partition) + owner(owner);
  }
}
