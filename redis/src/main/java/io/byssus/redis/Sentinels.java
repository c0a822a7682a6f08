package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Asks Sentinels which server is the primary, all of them every time: none of them has to be heard
 * from to learn of a failover. More than half of them must name the same one: after a restart of
 * everything they may disagree for a while.
 */
final class Sentinels implements Discovery {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final RedisAddress address;
  private final Panel<StatefulRedisSentinelConnection<String, String>, Vote> sentinels;

  /**
   * What a Sentinel says.
   *
   * @param safe how many replicas must have a write, as far as it knows
   */
  private record Vote(Host primary, int safe) {}

  Sentinels(RedisAddress address, Clients clients) {
    this.address = address;
    this.sentinels = new Panel<>(clients::sentinel, this::vote);
  }

  private Vote vote(Host sentinel, StatefulRedisSentinelConnection<String, String> connection)
      throws RedisUnavailableException {
    var named = named(connection);
    if (named.isEmpty()) {
      throw new RedisUnavailableException("knows no primary called '" + address.primary() + "'");
    }
    return new Vote(named.get(), safeReplicas(connection));
  }

  @Override
  public Layout find() throws RedisUnavailableException {
    var round = sentinels.ask(address.hosts(), votes -> majority(votes).isPresent());
    var votes = round.answers().values();
    var primary = majority(votes);
    if (primary.isPresent()) {
      return Layout.one(primary.get(), votes.stream().mapToInt(Vote::safe).max().orElseThrow());
    }
    throw new RedisUnavailableException(
        votes.isEmpty()
            ? "no Sentinel of " + address.hosts() + " tells the primary; " + round.trouble()
            : "no majority of the Sentinels "
                + address.hosts()
                + " names one primary: "
                + counted(votes));
  }

  private Optional<Host> majority(Collection<Vote> votes) {
    return counted(votes).entrySet().stream()
        .filter(vote -> vote.getValue() * 2 > address.hosts().size())
        .map(Map.Entry::getKey)
        .findAny();
  }

  private static Map<Host, Integer> counted(Collection<Vote> votes) {
    var counted = new LinkedHashMap<Host, Integer>();
    votes.forEach(vote -> counted.merge(vote.primary, 1, Integer::sum));
    return counted;
  }

  private Optional<Host> named(StatefulRedisSentinelConnection<String, String> sentinel) {
    return sentinel.sync().getMasterAddrByName(address.primary())
            instanceof InetSocketAddress primary
        ? Optional.of(new Host(primary.getHostString(), primary.getPort()))
        : Optional.empty();
  }

  /**
   * A Sentinel beside each data node lets only a majority of the data nodes promote a replica, and
   * the one with the most data of them: then it is enough that a majority has a write. In any other
   * layout all replicas must have it.
   */
  private int safeReplicas(StatefulRedisSentinelConnection<String, String> sentinel) {
    var primary = sentinel.sync().master(address.primary());
    var replicas = Integer.parseInt(primary.getOrDefault("num-slaves", "0"));
    var sentinels = Integer.parseInt(primary.getOrDefault("num-other-sentinels", "0")) + 1;
    var dataNodes = replicas + 1;
    return sentinels == dataNodes ? dataNodes / 2 : replicas;
  }

  @Override
  public Duration every() {
    return EVERY;
  }

  @Override
  public void close() {
    sentinels.close();
  }
}
