package io.byssus.tests.bench;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is measured of nodes on Redis.
 *
 * @param size subscribers or sessions; 0 where there are none
 * @param ownChannels whether each session is subscribed to a channel of its own
 */
record RedisScenario(String name, Kind kind, int size, boolean ownChannels) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "redis-(?:(publish|receive|latency)|(fanout|burst|resume|idle|heal)-(\\d{1,5})(-own)?)");

  static final List<RedisScenario> ALL =
      Stream.of(
              "redis-publish",
              "redis-receive",
              "redis-latency",
              "redis-fanout-1000",
              "redis-burst-1000",
              "redis-resume-5000",
              "redis-resume-5000-own",
              "redis-idle-10000",
              "redis-idle-10000-own",
              "redis-heal-10000")
          .map(RedisScenario::parse)
          .toList();

  /** Those that two builds are compared by. */
  static final List<RedisScenario> COMPARED =
      ALL.stream().filter(scenario -> scenario.kind != Kind.HEAL).toList();

  enum Kind {
    PUBLISH,
    RECEIVE,
    LATENCY,
    FANOUT,
    BURST,
    RESUME,
    IDLE,
    HEAL
  }

  static RedisScenario parse(String name) {
    var parts = SYNTAX.matcher(name);
    if (!parts.matches()) {
      throw new IllegalArgumentException("there is no scenario " + name);
    }
    var single = parts.group(1);
    var kind = Kind.valueOf((single != null ? single : parts.group(2)).toUpperCase(Locale.ROOT));
    var own = parts.group(4) != null;
    if (own && kind != Kind.RESUME && kind != Kind.IDLE) {
      throw new IllegalArgumentException("there is no scenario " + name);
    }
    return new RedisScenario(
        name, kind, single != null ? 0 : Integer.parseInt(parts.group(3)), own);
  }

  /** How a session is opened that does nothing. */
  Dialect dialect() {
    return ownChannels ? Dialect.Native.ownChannel() : Dialect.Native.withHistory();
  }
}
