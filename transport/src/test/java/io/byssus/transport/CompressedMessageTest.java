package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** permessage-deflate, RFC 7692. */
@ExtendWith(NoLeaks.class)
class CompressedMessageTest {
  private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate";
  private static final int TEXT = 0x81;
  private static final int COMPRESSED = 0x40;

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    var deflate = new TransportSettings.Deflate(true, 64, 6);
    server = new TestServer(TestServer.impatient().with(deflate));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static RawClient open(String path) throws IOException {
    return server.connect().open(path, OFFER);
  }

  /** As RFC 7692 section 7.2.1 has it. */
  private static byte[] deflate(byte[] message) {
    var deflater = new Deflater(9, true);
    deflater.setInput(message);
    var out = new byte[message.length + 100];
    var length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, length - 4);
  }

  private static String inflate(byte[] payload) throws Exception {
    var inflater = new Inflater(true);
    var tailed = Arrays.copyOf(payload, payload.length + 4);
    tailed[tailed.length - 1] = (byte) 0xFF;
    tailed[tailed.length - 2] = (byte) 0xFF;
    inflater.setInput(tailed);
    var out = new ByteArrayOutputStream();
    var chunk = new byte[8192];
    for (var n = inflater.inflate(chunk); n > 0; n = inflater.inflate(chunk)) {
      out.write(chunk, 0, n);
    }
    inflater.end();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  // What comes in.

  @ParameterizedTest
  @CsvSource({
    "one block, f2 48 cd c9 c9 07 00",
    "stored, 00 05 00 fa ff 48 65 6c 6c 6f 00",
    "final block, f3 48 cd c9 c9 07 00 00",
    "two blocks, f2 48 05 00 00 00 ff ff ca c9 c9 07 00"
  })
  void isReadInEachFormThatTheRfcShows(String form, String hex) throws Exception {
    try (var client = open("/echo")) {
      client.send(RawClient.frame(TEXT | COMPRESSED, bytes(hex)));
      assertThat(client.frame().text()).isEqualTo("Hello");
    }
  }

  @Test
  void isReadInFragments() throws Exception {
    try (var client = open("/echo")) {
      client.send(RawClient.frame(0x01 | COMPRESSED, bytes("f2 48 cd")));
      client.frame(0x89, "");
      client.send(RawClient.frame(0x80, bytes("c9 c9 07 00")));
      assertThat(client.frame().first()).isEqualTo(0x8A);
      assertThat(client.frame().text()).isEqualTo("Hello");
    }
  }

  @Test
  void isReadWithoutTheContextOfTheOneBefore() throws Exception {
    try (var client = open("/echo")) {
      client.send(RawClient.frame(TEXT | COMPRESSED, bytes("f2 48 cd c9 c9 07 00")));
      assertThat(client.frame().text()).isEqualTo("Hello");
      // The same again as a reference into the window, as a client with context takeover sends it.
      client.send(RawClient.frame(TEXT | COMPRESSED, bytes("f2 00 11 00 00")));
      client.assertClosedWith(1007);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 1000, 4095, 4096, 4097, 65_535, 65_536})
  void comesBackFromTheEcho(int length) throws Exception {
    try (var client = open("/echo")) {
      var text = "Gruesse, ".repeat(length / 9 + 1).substring(0, length);
      client.send(
          RawClient.frame(TEXT | COMPRESSED, deflate(text.getBytes(StandardCharsets.UTF_8))));
      var frame = client.frame();
      var large = length >= 64;
      assertThat(frame.first()).isEqualTo(large ? TEXT | COMPRESSED : TEXT);
      assertThat(large ? inflate(frame.payload()) : frame.text()).isEqualTo(text);
    }
  }

  @Test
  void thatCannotBeCompressedComesBackToo() throws Exception {
    try (var client = open("/echo")) {
      var noise = new byte[60_000];
      new Random(1).nextBytes(noise);
      client.send(RawClient.frame(0x82, noise));
      var frame = client.frame();
      assertThat(frame.first()).isEqualTo(0x82 | COMPRESSED);
      assertThat(frame.payload().length).isLessThan(60_100);
    }
  }

  @Test
  void isACommandLikeAnyOther() throws Exception {
    try (var client = open("/ws")) {
      client.send(RawClient.frame(TEXT | COMPRESSED, deflate("{\"type\":\"PING\"}".getBytes())));
      assertThat(client.frame().text()).isEqualTo("{\"type\":\"PONG\"}");
      server.next();
    }
  }

  // What is refused.

  @ParameterizedTest
  @ValueSource(ints = {0xC0, 0xC8, 0xC9, 0xCA, 0xA1, 0x91, 0xF1})
  void hasItsBitOnTheFirstFrameOfAMessageOnly(int first) throws Exception {
    try (var client = open("/echo")) {
      if (first == 0xC0) {
        client.frame(0x01, "a");
      }
      client.frame(first, "");
      client.assertClosedWith(1002);
    }
  }

  @Test
  void hasItsBitOnlyIfItWasNegotiated() throws Exception {
    try (var client = server.connect().open("/echo")) {
      client.send(RawClient.frame(TEXT | COMPRESSED, bytes("f2 48 cd c9 c9 07 00")));
      client.assertClosedWith(1002);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff",
        "07 00 00 00",
        "00 05 00 00 00",
        "f2 00 11 00 00",
        "05 e0 ff ff",
        "f2 48 cd"
      })
  void isRefusedWhenItIsNoDeflate(String hex) throws Exception {
    try (var client = open("/ws")) {
      client.send(RawClient.frame(TEXT | COMPRESSED, bytes(hex)));
      client.assertClosedWith(1007);
      assertThat(server.next().gone()).isEqualTo(CloseCode.INVALID_UTF8);
    }
  }

  @Test
  void isRefusedWhenItHidesBadUtf8() throws Exception {
    try (var client = open("/echo")) {
      client.send(RawClient.frame(TEXT | COMPRESSED, deflate(bytes("61 c3 28"))));
      client.assertClosedWith(1007);
    }
  }

  @Test
  void isNotInflatedBeyondTheLimit() throws Exception {
    var bomb = bomb(60_000);
    assertThat(bomb.length).isBetween(50_000, 65_536);
    try (var client = open("/echo")) {
      client.send(RawClient.frame(0x82 | COMPRESSED, bomb));
      client.assertClosedWith(1009);
    }
  }

  @Test
  void isNotInflatedBeyondTheLimitInFragmentsEither() throws Exception {
    var bomb = bomb(30_000);
    try (var client = open("/echo")) {
      for (var at = 0; at < bomb.length; at += 1000) {
        var last = at + 1000 >= bomb.length;
        var first = (at == 0 ? 0x02 | COMPRESSED : 0) | (last ? 0x80 : 0);
        client.send(
            RawClient.frame(first, Arrays.copyOfRange(bomb, at, Math.min(bomb.length, at + 1000))));
      }
      client.assertClosedWith(1009);
    }
  }

  /** About {@code bytes} that inflate to a thousand times as much. */
  private static byte[] bomb(int bytes) {
    return deflateZeros(bytes * 1020);
  }

  private static byte[] deflateZeros(int count) {
    var deflater = new Deflater(9, true);
    deflater.setInput(new byte[count]);
    var out = new byte[count / 900 + 1000];
    var length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, length - 4);
  }

  @Test
  void mayBeExactlyAsLargeAsTheLimit() throws Exception {
    try (var client = open("/echo")) {
      client.send(RawClient.frame(0x82 | COMPRESSED, deflateZeros(65_536)));
      assertThat(inflate(client.frame().payload())).hasSize(65_536);
      client.send(RawClient.frame(0x82 | COMPRESSED, deflateZeros(65_537)));
      client.assertClosedWith(1009);
    }
  }

  // What goes out.

  private static ServerMessage message(int offset, int length) {
    var item =
        new ServerMessage.Item(offset, Json.of("\"" + "y".repeat(length) + "\""), Optional.empty());
    return new ServerMessage.Message("news", "", item);
  }

  @Test
  void isSentToASessionWhenItIsLarge() throws Exception {
    try (var client = open("/ws")) {
      var session = server.next();
      session.send(message(1, 1000));
      session.send(new ServerMessage.Pong(2, false));
      var large = client.frame();
      assertThat(large.first()).isEqualTo(TEXT | COMPRESSED);
      assertThat(large.payload().length).isLessThan(150);
      assertThat(inflate(large.payload())).contains("\"offset\":1", "y".repeat(1000));
      assertThat(client.frame().text()).isEqualTo("{\"type\":\"pong\",\"id\":2}");
    }
  }

  @Test
  void isALineOfABatch() throws Exception {
    try (var client = open("/ws")) {
      var session = server.next();
      session.onLane(() -> {
        session.connection().useBatches();
        var encoding = session.connection().encoding();
        var units =
            Stream.of(message(1, 10), message(2, 1000), message(3, 70_000), message(4, 5))
                .map(encoding::encode)
                .toList();
        session.connection().send(encoding.frame(units));
      });
      var frame = client.frame();
      assertThat(frame.first()).isEqualTo(TEXT | COMPRESSED);
      var lines = inflate(frame.payload()).split("\n");
      assertThat(lines).hasSize(4);
      for (var i = 0; i < 4; i++) {
        assertThat(lines[i]).startsWith("{").contains("\"offset\":" + (i + 1)).endsWith("}");
      }
    }
  }
}
