package io.byssus.server;

import static io.byssus.server.TestGateway.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.byssus.protocol.device.Crc;
import io.byssus.server.auth.TokenIssuer;
import io.byssus.server.config.Loading;
import io.byssus.server.settings.Config;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames on one side, the native protocol on the other, with real sockets. */
@Timeout(120)
class DevicesAreSessionsTest {
  private static final String SECRET = secret();

  private Config config;
  private Server server;

  private static String secret() {
    var bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return "base64:" + Base64.getEncoder().encodeToString(bytes);
  }

  private static Loading settings() {
    return Loading.yaml("auth: {jwt: {secret: \"" + SECRET + "\"}}")
        .set("listen.host", "127.0.0.1")
        .set("listen.port", "0")
        .set("devices.tcp.port", "0")
        .set("devices.tcp.gateways", "g1=127.0.0.1")
        .set("devices.controls", "temperature=1,switch=0x10")
        .set("devices.heartbeat", "255")
        .set("devices.answer-heartbeat", "true")
        .set("devices.tags", "devices,gateway-{gateway}")
        .set("devices.frame-timeout", "200ms");
  }

  private void start(Loading settings) throws Exception {
    config = settings.config();
    server = Server.start(config);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private ListeningClient client() throws Exception {
    var client = new ListeningClient(server.address().getPort());
    client.say("{\"type\":\"connect\",\"id\":1}");
    client.hear("\"connected\"");
    return client;
  }

  private ListeningClient watching(String pattern) throws Exception {
    var client = client();
    client.say("{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + pattern + "\"}");
    client.hear("\"subscribed\"");
    return client;
  }

  private static void command(ListeningClient client, String to, String data) throws Exception {
    client.say("{\"type\":\"send\",\"id\":9,\"to\":{" + to + "},\"data\":" + data + "}");
    client.hear("\"id\":9");
  }

  private String metric(String name) throws Exception {
    return new TestMetrics(server).devices(name);
  }

  private void awaitMetric(String name, int value) {
    new TestMetrics(server).awaitDevices(name, value);
  }

  private URI at(String scheme, String path) {
    return URI.create(scheme + "://127.0.0.1:" + server.address().getPort() + path);
  }

  @Test
  void whatADeviceSaysIsPublishedAndWhatItIsSentComesAsFrames() throws Exception {
    start(settings());
    try (var ann = watching("device.g1.7");
        var gateway = new TestGateway(server)) {
      gateway.say(7, 1, "0a01");

      assertThat(ann.hear("\"message\""))
          .contains(
              "\"data\":{\"gateway\":\"g1\",\"address\":7,\"control\":1,\"name\":\"temperature\","
                  + "\"data\":\"CgE=\"}",
              "\"session\":\"device:g1:7\"",
              "\"user\":\"g1\"");
      command(ann, "\"session\":\"device:g1:7\"", "{\"control\":\"switch\",\"data\":\"AQ==\"}");
      assertThat(gateway.hear()).isEqualTo(frame(7, 0x10, "01"));
    }
  }

  @Test
  void eachAddressIsASessionOfItsOwnOnOneSocket() throws Exception {
    start(settings());
    try (var ann = watching("device.*");
        var gateway = new TestGateway(server)) {
      for (var address = 1; address <= 3; address++) {
        gateway.say(address, 1, "");
        ann.hear("\"session\":\"device:g1:" + address + "\"");
      }
      command(ann, "\"session\":\"device:g1:2\"", "{\"control\":2}");
      assertThat(gateway.hear()).isEqualTo(frame(2, 2, ""));
      command(ann, "\"tag\":\"gateway-g1\"", "{\"control\":3}");
      assertThat(new Object[] {gateway.hear(), gateway.hear(), gateway.hear()})
          .containsExactlyInAnyOrder(frame(1, 3, ""), frame(2, 3, ""), frame(3, 3, ""));
    }
  }

  @Test
  void commandsWaitForADeviceThatIsAwayAndABadOneStandsInNobodysWay() throws Exception {
    start(settings());
    try (var ann = watching("device.g1.7")) {
      try (var gateway = new TestGateway(server)) {
        gateway.say(7, 1, "");
        ann.hear("\"message\"");
      }
      command(ann, "\"session\":\"device:g1:7\"", "{\"control\":1}");
      command(ann, "\"session\":\"device:g1:7\"", "\"what is this?\"");
      command(ann, "\"session\":\"device:g1:7\"", "{\"control\":2}");
      try (var gateway = new TestGateway(server)) {
        gateway.say(7, 255, "");
        assertThat(gateway.hear()).isEqualTo(frame(7, 255, ""));
        assertThat(gateway.hear()).isEqualTo(frame(7, 1, ""));
        assertThat(gateway.hear()).isEqualTo(frame(7, 2, ""));
        awaitMetric("bad_commands", 1);
      }
      // What was written was acknowledged: it does not come again.
      try (var gateway = new TestGateway(server)) {
        gateway.say(7, 1, "");
        ann.hear("\"message\"");
        command(ann, "\"session\":\"device:g1:7\"", "{\"control\":4}");
        assertThat(gateway.hear()).isEqualTo(frame(7, 4, ""));
      }
    }
  }

  @Test
  void aHeartbeatIsAnsweredAndNotPublished() throws Exception {
    start(settings());
    try (var ann = watching("device.*");
        var gateway = new TestGateway(server)) {
      gateway.say(7, 255, "42");
      assertThat(gateway.hear()).isEqualTo(frame(7, 255, "42"));
      gateway.say(7, 1, "");
      assertThat(ann.hear("\"message\"")).contains("\"control\":1");
      awaitMetric("heartbeats", 1);
    }
  }

  @Test
  void aFalseHeaderIsGivenUpWhenNoMoreComes() throws Exception {
    start(settings());
    try (var ann = watching("device.g1.7");
        var gateway = new TestGateway(server)) {
      gateway.raw(new byte[] {1, 2, 0x55, (byte) 0xAA, 3});
      gateway.say(7, 1, "aa55ff");
      assertThat(ann.hear("\"message\"")).contains("\"data\":\"qlX/\"");
      awaitMetric("bad_frames", 1);
      awaitMetric("skipped_bytes", 5);
      awaitMetric("frames", 1);
    }
  }

  @Test
  void whatIsHeldWhenTheGatewayGoesIsReadAllTheSame() throws Exception {
    start(settings().set("devices.frame-timeout", "1m"));
    try (var ann = watching("device.g1.7")) {
      try (var gateway = new TestGateway(server)) {
        gateway.say(7, 1, "01");
        ann.hear("\"message\"");
        gateway.raw(new byte[] {0x55, (byte) 0xAA});
        gateway.say(7, 1, "02");
      }
      assertThat(ann.hear("\"message\"")).contains("\"data\":\"Ag==\"");
    }
  }

  @Test
  void repeatedNumbersAreDroppedAndMissingOnesTold() throws Exception {
    start(settings().set("devices.sequence", "true").set("devices.heartbeat", "0"));
    try (var ann = watching("device.g1.7");
        var gateway = new TestGateway(server)) {
      for (var number : new int[] {254, 255, 255, 1, 5}) {
        gateway.say(7, number, "");
      }
      assertThat(ann.hear("\"message\"")).contains("\"control\":254").doesNotContain("lost");
      assertThat(ann.hear("\"message\"")).contains("\"control\":255").doesNotContain("lost");
      assertThat(ann.hear("\"message\"")).contains("\"control\":1,").doesNotContain("lost");
      assertThat(ann.hear("\"message\"")).contains("\"control\":5,").contains("\"lost\":3");
      awaitMetric("repeated_frames", 1);
      awaitMetric("lost_frames", 3);
    }
  }

  @Test
  void theGatewayThatComesLaterHasTheDevicesAndTheyDoNotFight() throws Exception {
    start(settings());
    try (var ann = watching("device.g1.7");
        var old = new TestGateway(server);
        var young = new TestGateway(server)) {
      old.say(7, 1, "01");
      ann.hear("\"message\"");
      young.say(7, 1, "02");
      ann.hear("\"data\":\"Ag==\"");
      awaitMetric("takeovers", 1);
      for (var i = 0; i < 5; i++) {
        old.say(7, 1, "03");
      }
      awaitMetric("superseded_frames", 5);
      command(ann, "\"session\":\"device:g1:7\"", "{\"control\":9}");
      assertThat(young.hear()).isEqualTo(frame(7, 9, ""));
      assertThat(old.silent()).isTrue();
      awaitMetric("takeovers", 1);
      // Addresses that only one of them has are that one's.
      old.say(8, 255, "");
      assertThat(old.hear()).isEqualTo(frame(8, 255, ""));
    }
  }

  @Test
  void whoSendsTooMuchIsReadMoreSlowlyAndLosesNothing() throws Exception {
    start(settings().set("devices.frames-per-second", "100"));
    try (var ann = watching("device.g1.7");
        var gateway = new TestGateway(server)) {
      var all = new ByteArrayOutputStream();
      for (var i = 0; i < 400; i++) {
        all.writeBytes(frame(7, 1, "%04x".formatted(i)).bytes(Crc.CCITT_FALSE));
      }
      gateway.raw(all.toByteArray());
      ann.hear("\"data\":\"AY8=\"");
      awaitMetric("frames", 400);
      awaitMetric("unpublished_frames", 0);
      assertThat(metric("throttles")).doesNotEndWith(" 0.0");
    }
  }

  @Test
  void moreAddressesThanAllowedAreLeftOut() throws Exception {
    start(settings().set("devices.addresses", "2"));
    try (var ann = watching("device.*");
        var gateway = new TestGateway(server)) {
      for (var address = 1; address <= 3; address++) {
        gateway.say(address, 1, "");
      }
      gateway.say(1, 2, "");
      ann.hear("\"control\":2");
      awaitMetric("excess_addresses", 1);
    }
  }

  @Test
  void aSilentGatewayIsDisconnected() throws Exception {
    start(settings().set("devices.idle-timeout", "1s"));
    try (var gateway = new TestGateway(server)) {
      gateway.say(7, 255, "");
      gateway.hear();
      assertThat(gateway.hear()).isSameAs(TestGateway.CLOSED);
    }
  }

  /** Each heartbeat is answered, and the answers are not read. */
  @Test
  void aSilentGatewayThatDoesNotReadIsCutOff() throws Exception {
    start(
        settings()
            .set("devices.idle-timeout", "1s")
            .set("devices.frames-per-second", "1000000")
            .set("limits.close-timeout", "100ms"));
    var beat = frame(7, 255, "aa".repeat(255)).bytes(Crc.CCITT_FALSE);
    var beats = new ByteArrayOutputStream();
    for (var i = 0; i < 8_000; i++) {
      beats.writeBytes(beat);
    }
    try (var deaf = new Socket()) {
      deaf.setReceiveBufferSize(4096);
      deaf.connect(server.deviceAddress().orElseThrow());
      var out = deaf.getOutputStream();
      out.write(beats.toByteArray()); // the last of them may come too late to be read
      new TestMetrics(server)
          .awaitLine("byssus_connections_closed_total{code=\"heartbeat_timeout\"}", 1);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThatThrownBy(() -> out.write(0)).isNotNull());
    }
  }

  @Test
  void aPeerThatIsNotOnTheListIsSentAway() throws Exception {
    start(settings().set("devices.tcp.gateways", "g1=10.0.0.1"));
    try (var gateway = new TestGateway(server)) {
      assertThat(gateway.hear()).isSameAs(TestGateway.CLOSED);
      awaitMetric("refused_gateways", 1);
    }
  }

  @Test
  void withoutAListAGatewayOfThisMachineIsNamedByItsAddress() throws Exception {
    start(settings().set("devices.tcp.gateways", ""));
    try (var ann = watching("device.*");
        var gateway = new TestGateway(server)) {
      gateway.say(7, 1, "");
      assertThat(ann.hear("\"message\"")).contains("\"session\":\"device:127.0.0.1:7\"");
    }
  }

  @Test
  void gatewaysAreDisconnectedWhenTheNodeDrains() throws Exception {
    start(settings());
    try (var gateway = new TestGateway(server)) {
      gateway.say(7, 255, "");
      gateway.hear();
      assertThat(server.drain(config.drain())).isTrue();
      assertThat(gateway.hear()).isSameAs(TestGateway.CLOSED);
      assertThatThrownBy(() -> new TestGateway(server)).hasMessageContaining("refused");
    }
  }

  // Over WebSocket.

  private WebSocket webSocket(String query, String token, TestFrames frames) throws Exception {
    var builder = HttpClient.newHttpClient().newWebSocketBuilder();
    if (!token.isEmpty()) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder.buildAsync(at("ws", "/device" + query), frames).get();
  }

  private int refusal(String query, String token) {
    try {
      webSocket(query, token, new TestFrames()).abort();
      return 101;
    } catch (ExecutionException e) {
      return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private String token(String user) {
    return TokenIssuer.token(config.auth().rules(), user, Instant.now(), Duration.ofMinutes(1));
  }

  @Test
  void aMessageHoldsSeveralFramesAndEndsTheLast() throws Exception {
    start(settings());
    var frames = new TestFrames();
    try (var ann = watching("device.wg.*")) {
      var socket = webSocket("?gateway=wg", "", frames);
      var all = new ByteArrayOutputStream();
      all.writeBytes(new byte[] {0x55, (byte) 0xAA, 9});
      all.writeBytes(frame(7, 1, "01").bytes(Crc.CCITT_FALSE));
      all.writeBytes(frame(8, 1, "02").bytes(Crc.CCITT_FALSE));
      all.writeBytes(new byte[] {0x55, (byte) 0xAA});
      socket.sendBinary(ByteBuffer.wrap(all.toByteArray()), true).get();

      assertThat(ann.hear("\"message\"")).contains("\"address\":7", "\"data\":\"AQ==\"");
      assertThat(ann.hear("\"message\"")).contains("\"address\":8", "\"data\":\"Ag==\"");
      command(ann, "\"session\":\"device:wg:8\"", "{\"control\":5,\"data\":\"Bw==\"}");
      assertThat(frames.next()).isEqualTo(frame(8, 5, "07").bytes(Crc.CCITT_FALSE));
      awaitMetric("bad_frames", 2);
      socket.abort();
    }
  }

  @Test
  void aTokenNamesTheGateway() throws Exception {
    start(settings());
    try (var ann = watching("device.*")) {
      var socket = webSocket("", token("pump-station"), new TestFrames());
      socket.sendBinary(ByteBuffer.wrap(frame(7, 1, "").bytes(Crc.CCITT_FALSE)), true).get();
      assertThat(ann.hear("\"message\""))
          .contains("\"session\":\"device:pump-station:7\"", "\"user\":\"pump-station\"");
      socket.abort();
    }
    assertThat(refusal("?gateway=another", token("pump-station"))).isEqualTo(403);
    assertThat(refusal("", token("no name of a gateway"))).isEqualTo(400);
    assertThat(refusal("?gateway=pump-station", "not.a.token")).isEqualTo(401);
    assertThat(refusal("", "")).isEqualTo(400);
    assertThat(refusal("?gateway=a%20b", "")).isEqualTo(400);
  }

  @Test
  void withoutATokenNobodyComesWhereAnonymousClientsMayNot() throws Exception {
    start(settings().set("auth.anonymous", "nobody"));
    assertThat(refusal("?gateway=g1", "")).isEqualTo(401);
    assertThat(refusal("", token("g1"))).isEqualTo(101);
  }

  @Test
  void anAnonymousGatewayDoesNotGetTheDevicesOfOneWithAToken() throws Exception {
    start(settings());
    try (var ann = watching("device.g1.7")) {
      var real = webSocket("", token("g1"), new TestFrames());
      real.sendBinary(ByteBuffer.wrap(frame(7, 1, "").bytes(Crc.CCITT_FALSE)), true).get();
      ann.hear("\"message\"");
      var frames = new TestFrames();
      var fake = webSocket("?gateway=g1", "", frames);
      fake.sendBinary(ByteBuffer.wrap(frame(7, 1, "66").bytes(Crc.CCITT_FALSE)), true).get();
      awaitMetric("unpublished_frames", 1);
      real.sendBinary(ByteBuffer.wrap(frame(7, 2, "").bytes(Crc.CCITT_FALSE)), true).get();
      assertThat(ann.hear("\"message\"")).contains("\"control\":2");
      real.abort();
      fake.abort();
    }
  }

  @Test
  void textIsRefused() throws Exception {
    start(settings());
    var frames = new TestFrames();
    var socket = webSocket("?gateway=g1", "", frames);
    socket.sendText("hello", true).get();
    assertThat(frames.closeCode()).isEqualTo(1003);
  }

  @Test
  void thereIsNoSuchPlaceWhenItIsSwitchedOff() throws Exception {
    start(settings().set("devices.web-socket", "false"));
    assertThat(refusal("?gateway=g1", "")).isEqualTo(404);
  }
}
