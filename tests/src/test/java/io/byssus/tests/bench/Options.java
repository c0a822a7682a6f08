package io.byssus.tests.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param rounds of each scenario; a round loads both servers once
 * @param time of the load on one server in a round
 * @param settings of Byssus, each as key=value
 * @param profile whether to look, after the rounds, where the CPU time goes
 * @param itself whether the yardstick takes the place of Byssus: ratios other than 1 are noise
 * @param against another build, which then takes the place of the yardstick
 * @param starts how many times both builds are started for a scenario; each start has its share of
 *     the rounds, because a process may be lucky with how its code is compiled
 */
record Options(
    List<Scenario> scenarios,
    List<RedisScenario> redis,
    int rounds,
    Duration time,
    Duration warmUp,
    List<String> settings,
    boolean profile,
    boolean itself,
    Optional<Build> against,
    int starts) {
  static final String USAGE =
      """
      ./byssus bench [scenario…] [options]

        --rounds N        rounds of each scenario (default 9); a round loads both servers once
        --seconds S       seconds of load on one server in a round (default 2)
        --warm-up S       seconds of load on each server before the rounds (default 10)
        --quick           3 rounds of 1 second after 3 seconds of warm-up
        --set KEY=VALUE   configures Byssus; can be repeated
        --profile         after the rounds: where the CPU time of both servers goes
        --itself          minimal Netty takes the place of Byssus, to see what is noise
        --against PLACE   compare with another build: its byssus-server.jar, or a folder that was built.
                          Both are started three times and run alternately, 15 rounds in all; every
                          scenario, those with Redis too, unless some are named. Fails if a row is
                          surely worse: the lower end of its ratio's 95 % interval is above 1.03
        --starts N        with --against: how many times both are started (default 3)

      Scenarios, where N is a number of connections:
        fanout-N          one message in flight to N subscribers of a channel without history
        burst-N           the same, ten messages in flight, published in one write
        fanout-N-history, burst-N-history   of a channel with history
        echo-N            N connections to /echo, each with one message in flight
        connect           handshake and connect, 32 clients in flight
        heap-N            live heap of N idle sessions, subscribed to one channel
        heap-N-own        the same, each subscribed to a channel of its own

      With Redis, none of which runs unless it is named; redis stands for all of them:
        redis-publish     publications with history through one node's engine, beside redis-benchmark
        redis-receive     CPU of the two engines that a publication passes
        redis-latency     from publish to delivery through two nodes, beside one node without Redis
        redis-fanout-N    one message in flight, from another node, beside one node without Redis
        redis-burst-N     the same, ten messages in flight, published in one write
        redis-resume-N    N sessions whose node is killed come back on another
        redis-idle-N      what N idle sessions ask of Redis
        redis-heal-N      from publish to delivery, quiet and behind a FLUSHALL, with N sessions on two nodes
        redis-resume-N-own, redis-idle-N-own   each session subscribed to a channel of its own
      """;

  Options {
    scenarios = List.copyOf(scenarios);
    redis = List.copyOf(redis);
    settings = List.copyOf(settings);
  }

  /** Throws IllegalArgumentException, with a sentence for the user. */
  static Options parse(List<String> arguments) {
    var scenarios = new ArrayList<Scenario>();
    var redis = new ArrayList<RedisScenario>();
    var settings = new ArrayList<String>();
    var rounds = arguments.contains("--against") ? 15 : 9;
    var seconds = 2.0;
    var warmUp = 10.0;
    var profile = false;
    var itself = false;
    var starts = 3;
    Optional<Build> against = Optional.empty();
    for (var rest = arguments.iterator(); rest.hasNext(); ) {
      var argument = rest.next();
      switch (argument) {
        case "--rounds" -> rounds = (int) number(argument, rest);
        case "--seconds" -> seconds = number(argument, rest);
        case "--warm-up" -> warmUp = number(argument, rest);
        case "--set" -> settings.add(value(argument, rest));
        case "--profile" -> profile = true;
        case "--itself" -> itself = true;
        case "--starts" -> starts = (int) number(argument, rest);
        case "--against" -> against = Optional.of(Build.at(value(argument, rest)).checked());
        case "--quick" -> {
          rounds = 3;
          seconds = 1;
          warmUp = 3;
        }
        case "redis" -> redis.addAll(RedisScenario.ALL);
        default -> {
          if (argument.startsWith("redis-")) {
            redis.add(RedisScenario.parse(argument));
          } else {
            scenarios.add(Scenario.parse(argument));
          }
        }
      }
    }
    var all = scenarios.isEmpty() && redis.isEmpty();
    return new Options(
        all ? Scenario.ALL : scenarios,
        all && against.isPresent() ? RedisScenario.COMPARED : redis,
        Math.max(1, rounds),
        duration(seconds),
        duration(warmUp),
        settings,
        profile,
        itself,
        against,
        Math.max(1, starts));
  }

  private static Duration duration(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  private static double number(String option, Iterator<String> rest) {
    var value = value(option, rest);
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " wants a number, not " + value, e);
    }
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " wants a value");
    }
    return rest.next();
  }

  /** The server that is compared with the yardstick. */
  ServerProcess subject(Home home) throws IOException {
    return itself
        ? ServerProcess.minimalNetty(home)
        : ServerProcess.byssus(home, Build.here(home), settings);
  }

  /** How it is spoken to. */
  Dialect dialect(Scenario scenario) {
    return itself ? new Dialect.Plain() : scenario.dialect();
  }
}
