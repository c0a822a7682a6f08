package io.byssus.tests.bench;

import io.byssus.redis.testing.RedisProcess;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a Redis server has done since its start.
 *
 * @param cpuMicros user and system
 * @param sent commands that clients have sent, {@code INFO} of this class included; without {@code
 *     TIME}, which scripts call too
 * @param scripts those of them that run a script
 * @param commands all of them, and those that scripts call
 */
record RedisCounters(long cpuMicros, long sent, long scripts, long commands) {
  private static final Pattern CALLS = Pattern.compile("cmdstat_([^:]+):calls=(\\d+),");
  private static final Set<String> SCRIPTS = Set.of("eval", "evalsha");

  /** What our scripts never call. */
  private static final Set<String> OF_CLIENTS =
      Set.of(
          "eval",
          "evalsha",
          "subscribe",
          "unsubscribe",
          "psubscribe",
          "punsubscribe",
          "ping",
          "info",
          "hello",
          "client",
          "role",
          "config",
          "command",
          "wait",
          "waitaof",
          "script",
          "select",
          "auth",
          "quit");

  static RedisCounters of(RedisProcess redis) {
    var sent = 0L;
    var scripts = 0L;
    var commands = 0L;
    for (var line : redis.command("INFO", "commandstats").lines().toList()) {
      var calls = CALLS.matcher(line);
      if (calls.lookingAt()) {
        var name = calls.group(1).replaceFirst("\\|.*", "");
        var count = Long.parseLong(calls.group(2));
        commands += count;
        sent += OF_CLIENTS.contains(name) ? count : 0;
        scripts += SCRIPTS.contains(name) ? count : 0;
      }
    }
    return new RedisCounters(cpuMicros(redis), sent, scripts, commands);
  }

  private static long cpuMicros(RedisProcess redis) {
    return micros(redis, "used_cpu_user") + micros(redis, "used_cpu_sys");
  }

  private static long micros(RedisProcess redis, String field) {
    return Math.round(Double.parseDouble(redis.info("cpu", field)) * 1e6);
  }

  RedisCounters minus(RedisCounters earlier) {
    return new RedisCounters(
        cpuMicros - earlier.cpuMicros,
        sent - earlier.sent,
        scripts - earlier.scripts,
        commands - earlier.commands);
  }
}
