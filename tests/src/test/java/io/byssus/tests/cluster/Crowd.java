package io.byssus.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.ThrowingRunnable;

/**
 * Some hundred clients that listen in rooms, and a few that publish steadily to all of them.
 * Meanwhile the listeners set their attributes and send each other directed messages.
 */
final class Crowd implements AutoCloseable {
  private static final int LISTENERS = 240;
  private static final int PUBLISHERS = 6;
  private static final int ROOMS = 12;
  private static final long PUBLISH_MS = 20;
  private static final long ASIDE_MS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration JUDGMENT = Duration.ofSeconds(45);
  private static final Duration POLL = Duration.ofMillis(500);

  private final long seed = Long.getLong("byssus.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
  private final HttpClient http = HttpClient.newHttpClient();
  private final String name;
  private final List<String> rooms;
  private final List<String> levels;
  private final List<LoggingClient> listeners;
  private final List<LoggingClient> publishers;
  private List<ScheduledFuture<?>> work = List.of();
  private long numbers;

  private Crowd(URI server, String name, List<String> levels) {
    this.name = name;
    this.levels = levels;
    this.rooms = IntStream.range(0, ROOMS).mapToObj(i -> name + "-" + i).toList();
    var means = new LoggingClient.Means(http, clock, random);
    this.listeners =
        IntStream.range(0, LISTENERS)
            .mapToObj(i ->
                new LoggingClient(
                    "c" + i,
                    server,
                    List.of(rooms.get(i % ROOMS), rooms.get((i / ROOMS + i + 1) % ROOMS)).stream()
                        .distinct()
                        .toList(),
                    i % 4 != 0,
                    means))
            .toList();
    this.publishers =
        IntStream.range(0, PUBLISHERS)
            .mapToObj(i -> new LoggingClient("p" + i, server, List.of(), true, means))
            .toList();
  }

  /**
   * Comes together; returns when everybody is where they want to be, and publishing has begun.
   *
   * @param name what the rooms' names begin with
   * @param levels the durabilities that are asked for, by turns
   */
  static Crowd gather(TestCluster cluster, String name, String... levels) {
    var crowd = new Crowd(cluster.webSocket(), name, List.of(levels));
    System.out.println(name + ": seed " + crowd.seed);
    crowd.everybody().forEach(LoggingClient::start);
    crowd.awaitAll("the crowd is there", LoggingClient::settled);
    crowd.work =
        List.of(
            crowd.every(PUBLISH_MS, crowd::publish), crowd.every(ASIDE_MS, crowd::somethingElse));
    crowd.awaitProgress();
    return crowd;
  }

  private ScheduledFuture<?> every(long ms, Runnable task) {
    return clock.scheduleAtFixedRate(task, ms, ms, TimeUnit.MILLISECONDS);
  }

  private Stream<LoggingClient> everybody() {
    return Stream.concat(listeners.stream(), publishers.stream());
  }

  // What it does all the time.

  private synchronized void publish() {
    numbers++;
    var who = publishers.get((int) (numbers % PUBLISHERS));
    var room = rooms.get((int) (numbers / PUBLISHERS % ROOMS));
    who.publish(room, who.name() + '-' + numbers, levels.get((int) (numbers / 7 % levels.size())));
  }

  private void somethingElse() {
    var who = listeners.get(random.nextInt(LISTENERS));
    switch (random.nextInt(3)) {
      case 0 -> who.set();
      case 1 -> who.get();
      default -> {
        var to = listeners.get(random.nextInt(LISTENERS)).session();
        if (!to.isEmpty()) {
          who.send(to, "d-" + random.nextLong(Long.MAX_VALUE));
        }
      }
    }
  }

  // For the tests.

  /** Until each publisher has published some more. */
  void awaitProgress() {
    var before =
        publishers.stream().collect(Collectors.toMap(who -> who, LoggingClient::publishedCount));
    awaitOf(publishers, "publishing goes on", who -> who.publishedCount() > before.get(who) + 5);
  }

  /** Until {@code predicate} holds for all. */
  void awaitAll(String what, Predicate<LoggingClient> predicate) {
    awaitOf(everybody().toList(), what, predicate);
  }

  private void awaitOf(
      List<LoggingClient> clients, String what, Predicate<LoggingClient> predicate) {
    patiently(
        what,
        PATIENCE,
        () ->
            assertThat(clients.stream().filter(predicate.negate()).limit(3))
                .extracting(LoggingClient::state)
                .isEmpty());
  }

  /** When it is not to be, the logs are left to whoever wants to know why. */
  private void patiently(String what, Duration patience, ThrowingRunnable assertion) {
    try {
      await(what).atMost(patience).pollInterval(POLL).untilAsserted(assertion);
    } catch (ConditionTimeoutException e) {
      write();
      throw e;
    }
  }

  /** The session of each. */
  List<String> sessions() {
    return everybody().map(LoggingClient::session).toList();
  }

  List<Event.Log> logs() {
    return everybody().map(LoggingClient::log).toList();
  }

  /** How many events there are of a kind. */
  long count(Predicate<Event> kind) {
    return logs().stream()
        .flatMap(log -> log.lines().stream())
        .filter(line -> kind.test(line.event()))
        .count();
  }

  /** How many clients had to come back. */
  long cameBack() {
    return logs().stream()
        .filter(log ->
            log.lines().stream().filter(line -> line.event() instanceof Event.Connected).count()
                > 1)
        .count();
  }

  /** Ends the work, waits until all has arrived, and holds the history to the promise. */
  void judge(Promise promise) {
    work.forEach(each -> each.cancel(false));
    awaitAll("all is answered", LoggingClient::answered);
    var last = rooms.stream().collect(Collectors.toMap(room -> room, this::publishLast));
    awaitAll(
        "the last publications are heard",
        client ->
            last.entrySet().stream().allMatch(e -> client.heardLast(e.getKey(), e.getValue())));
    listeners.forEach(LoggingClient::get);
    awaitAll("all is answered", LoggingClient::answered);
    patiently(
        "the history is good",
        JUDGMENT,
        () -> assertThat(HistoryChecker.check(logs(), promise).stream().limit(10)).isEmpty());
    System.out.println(
        "%d publications, %d deliveries, %d directed, %d clients came back, %d flags"
            .formatted(
                count(event -> event instanceof Event.Published),
                count(event -> event instanceof Event.Message),
                count(event -> event instanceof Event.Direct),
                cameBack(),
                flags()));
  }

  private void write() {
    try {
      var folder = Files.createDirectories(Path.of("target", "cluster", name));
      for (var log : logs()) {
        var lines = log.lines().stream().map(line -> line.atNs() / 1_000_000 + " " + line.event());
        Files.write(folder.resolve(log.client() + ".txt"), lines.toList());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long flags() {
    return count(event ->
        event instanceof Event.Gap
            || event instanceof Event.SessionLost
            || event instanceof Event.Subscribed subscribed
                && !subscribed.recovered().orElse(true));
  }

  /** Whoever has heard it has heard everything in the room. */
  private String publishLast(String room) {
    var who = publishers.get(rooms.indexOf(room) % PUBLISHERS);
    var id = who.name() + '-' + nextNumber();
    await("the last publication")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> who.publish(room, id, "accepted"));
    return id;
  }

  private synchronized long nextNumber() {
    return ++numbers;
  }

  @Override
  public void close() {
    everybody().forEach(LoggingClient::close);
    clock.shutdownNow();
    http.shutdownNow();
  }
}
