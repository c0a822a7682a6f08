package io.byssus.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request.Method;
import com.atlassian.oai.validator.model.SimpleResponse;
import io.byssus.api.GeneratedRequest.Claim;
import io.byssus.protocol.ErrorCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Thousands of requests that are generated from the description and a seed, right and wrong ones:
 * each is answered as described, none fails the server, and none is taken for a part of the next.
 * The seed is told with a failure; {@code -Dbyssus.seed=N} takes another.
 */
final class NoRequestBreaksTheApiTest {
  private static final long SEED = Long.getLong("byssus.seed", 16);
  private static final int REQUESTS = Integer.getInteger("byssus.requests", 5_000);

  private static final int SHOWN = 10;

  private static final Pattern CODE =
      Pattern.compile("^\\{\"error\":\\{\"code\":\"([a-z_]+)\",\"message\":\"");

  /** For these a request is refused by what there is, not by what it looks like. */
  private static final Set<String> OF_THE_STATE =
      Set.of(
          "bad_channel",
          "not_found",
          "no_recipient",
          "no_history",
          "no_presence",
          "durability_unavailable",
          "not_subscribed",
          "too_many_tags",
          "too_many_attributes",
          "inbox_full");

  private final OpenApiInteractionValidator validator =
      OpenApiInteractionValidator.createForSpecificationUrl(Description.file().toString()).build();

  @Test
  void eachIsAnsweredAsDescribed() throws IOException {
    var requests = new GeneratedRequests(Description.read(), SEED);
    var answered = new EnumMap<Claim, Map<Integer, Integer>>(Claim.class);
    var failures = new ArrayList<String>();
    try (var api = TestApi.start()) {
      api.detached("s1", "ann"); // there is no node that would answer for one that is attached
      for (var i = 0; i < REQUESTS && failures.size() < SHOWN; i++) {
        var request = requests.next();
        try {
          var status = send(api, request);
          answered
              .computeIfAbsent(request.claim(), any -> new TreeMap<>())
              .merge(status, 1, Integer::sum);
        } catch (IOException | RuntimeException | AssertionError e) {
          failures.add("request %d: %s%n%s".formatted(i, e.getMessage(), request));
        }
      }
      assertThat(failures).as("seed %d (-Dbyssus.seed=%d)", SEED, SEED).isEmpty();
      assertThat(api.http().get("/health/live").status()).isEqualTo(200);
      assertThat(api.lane.failures()).isEmpty();
    }
    System.out.println("seed " + SEED + ": " + answered);
    assertThat(answered.get(Claim.GOOD).get(200)).as("%s", answered).isGreaterThan(REQUESTS / 10);
    assertThat(answered.get(Claim.BAD)).as("%s", answered).containsKeys(400, 413, 415);
    assertThat(answered.get(Claim.ODD)).as("%s", answered).containsKeys(200, 400, 403, 404, 405);
  }

  /** The status; 0 if the connection was closed without one. */
  private int send(TestApi api, GeneratedRequest request) throws IOException {
    try (var socket = new Socket("127.0.0.1", api.server().address().getPort())) {
      socket.setSoTimeout(10_000); // only so that a hang ends
      var out = socket.getOutputStream();
      out.write(request.bytes());
      if (request.half()) {
        socket.shutdownOutput();
      }
      var in = new BufferedInputStream(socket.getInputStream());
      var reply = read(in, request.method());
      if (reply.isEmpty()) {
        assertThat(request.claim()).isEqualTo(Claim.BROKEN);
        return 0;
      }
      judge(request, reply.get());
      if (!request.half()
          && !endless(reply.get())
          && !"close".equals(reply.get().header("Connection"))) {
        out.write(
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        var next = read(in, "GET");
        assertThat(next.map(Http.Reply::body)).as("behind %s", reply).contains("live");
      }
      return reply.get().status();
    }
  }

  private static boolean endless(Http.Reply reply) {
    return "text/event-stream".equals(reply.header("Content-Type"));
  }

  private static Optional<Http.Reply> read(BufferedInputStream in, String method)
      throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      return Optional.empty();
    }
    in.reset();
    return Optional.of(method.equals("HEAD") ? Http.readHead(in) : Http.readOrBegin(in));
  }

  private void judge(GeneratedRequest request, Http.Reply reply) {
    var status = reply.status();
    assertThat(status)
        .as("%s", reply)
        .isIn(200, 400, 401, 403, 404, 405, 409, 413, 414, 415, 417, 426, 431, 501, 505);
    if (request.method().equals("HEAD")) {
      assertThat(status).isNotEqualTo(200);
      return;
    }
    var code = CODE.matcher(reply.body());
    if (status != 200) {
      assertThat(reply.header("Content-Type")).as("%s", reply).isEqualTo("application/json");
      assertThat(code.find()).as("%s", reply).isTrue();
      assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::wire)).contains(code.group(1));
    }
    switch (request.claim()) {
      case GOOD -> {
        if (status != 200) {
          assertThat(OF_THE_STATE).as("%s", reply).contains(code.group(1));
        }
      }
      case BAD -> assertThat(status).as("%s", reply).isBetween(400, 499);
      case ODD, BROKEN -> {}
    }
    if (!request.path().isEmpty()) {
      validate(request, reply);
    }
  }

  private void validate(GeneratedRequest request, Http.Reply reply) {
    var response =
        SimpleResponse.Builder.status(reply.status())
            .withContentType(reply.header("Content-Type"))
            .withBody(reply.body())
            .build();
    assertThat(
            validator
                .validateResponse(request.path(), Method.valueOf(request.method()), response)
                .getMessages())
        .as("%s", reply)
        .isEmpty();
  }
}
