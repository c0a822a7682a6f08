package io.byssus.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.redis.testing.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes on one Redis, which comes back with what it had a while ago. */
@Timeout(180)
class GapSkipsNothingThatIsThereTest {
  private static final int KEPT = 50;
  private static final int LOST = 225;
  private static final int SINCE = 10;

  private static ServedProcess serve(RedisProcess redis, String name) throws Exception {
    return ServedProcess.start(
        "serve", "--port", "0", "--node", name, "--engine", "redis://" + redis.host());
  }

  @Test
  void whatWasPublishedSinceTheLossIsHeardByEverybodyWhoSawWhatIsLost() throws Exception {
    try (var redis = RedisProcess.start();
        var a = serve(redis, "a");
        var b = serve(redis, "b");
        var live = new ListeningClient(a.port());
        var away = new ListeningClient(a.port());
        var publisher = new ListeningClient(b.port())) {
      connect(live);
      connect(publisher);
      var session = connect(away);
      subscribe(live, "");
      subscribe(away, "");
      publish(publisher, 1, KEPT);
      assertThat(redis.command("SAVE")).isEqualTo("OK");
      publish(publisher, KEPT + 1, LOST);
      var before = heard(live, KEPT + LOST);
      assertThat(before).last().isEqualTo("" + (KEPT + LOST));
      heard(away, KEPT + LOST);
      away.close();

      redis.kill();
      live.hear("\"active\":true");
      publisher.hear("\"active\":true");
      redis.restart();
      live.hear("\"active\":false");
      publisher.hear("\"active\":false");
      publish(publisher, 1_001, SINCE);

      var since = IntStream.rangeClosed(1_001, 1_000 + SINCE).mapToObj(i -> "" + i).toList();
      var gap = live.hear("\"gap\"");
      assertThat(gap).contains("\"diverged\"", "\"offset\":" + KEPT + "}");
      assertThat(heard(live, SINCE)).isEqualTo(since);

      var seen = "\"position\":{\"epoch\":\"" + session.epoch() + "\",\"offset\":275}";
      try (var late = new ListeningClient(b.port())) {
        connect(late);
        var subscribed = subscribe(late, "," + seen);
        assertThat(subscribed)
            .contains("\"recovered\":false", "\"diverged\"", "\"offset\":" + KEPT + "}")
            .doesNotContain("\"missed\"");
        assertThat(heard(late, SINCE)).isEqualTo(since);
      }
      try (var back = new ListeningClient(b.port())) {
        back.say(
            "{\"type\":\"connect\",\"id\":1,\"session\":\""
                + session.id()
                + "\",\"resume\":\""
                + session.resume()
                + "\",\"positions\":{\"news\":{\"epoch\":\""
                + session.epoch()
                + "\",\"offset\":275}}}");
        assertThat(back.hear("\"connected\"")).contains("\"resumed\":true");
        assertThat(back.hear("\"subscribed\""))
            .contains("\"recovered\":false", "\"diverged\"", "\"offset\":" + KEPT + "}")
            .doesNotContain("\"missed\"");
        assertThat(heard(back, SINCE)).isEqualTo(since);
      }
    }
  }

  private record Known(String id, String resume, String epoch) {}

  /** The epoch is that of the channel, which begins here. */
  private static Known connect(ListeningClient client) throws Exception {
    client.say("{\"type\":\"connect\",\"id\":1}");
    var connected = client.hear("\"connected\"");
    client.say("{\"type\":\"history\",\"id\":2,\"channel\":\"news\",\"limit\":1}");
    return new Known(
        match("\"session\":\"([^\"]+)\"", connected),
        match("\"resume\":\"([^\"]+)\"", connected),
        match("\"epoch\":\"([^\"]+)\"", client.hear("\"history\"")));
  }

  private static String subscribe(ListeningClient client, String more) throws Exception {
    client.say("{\"type\":\"subscribe\",\"id\":3,\"channel\":\"news\"" + more + "}");
    return client.hear("\"subscribed\"");
  }

  private static void publish(ListeningClient client, int first, int count) throws Exception {
    for (int i = first; i < first + count; i++) {
      client.say("{\"type\":\"publish\",\"id\":9,\"channel\":\"news\",\"data\":" + i + "}");
      client.hear("\"published\"");
    }
  }

  /** The data of the next messages. */
  private static List<String> heard(ListeningClient client, int count) throws Exception {
    var data = new ArrayList<String>();
    while (data.size() < count) {
      data.add(match("\"data\":(\\d+)", client.hear("\"message\"")));
    }
    return data;
  }

  private static String match(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .findFirst()
        .orElseThrow();
  }
}
