package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever comes in, what goes out is whole frames, at most one close frame, and the end. */
@ExtendWith(NoLeaks.class)
class RandomBytesTest {
  private static final Set<Integer> CODES = Set.of(0, 1000, 1001, 1002, 1007, 1008, 1009);
  private static final int ROUNDS = 400;

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    var deflate = new TransportSettings.Deflate(true, 16, 6);
    server = new TestServer(TestServer.impatient().with(deflate));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void areAnsweredByTheBook() throws Exception {
    var seed = new Random().nextLong();
    for (var round = 0; round < ROUNDS; round++) {
      try {
        play(new Random(seed + round));
      } catch (IOException | AssertionError e) {
        throw new AssertionError("seed " + (seed + round), e);
      }
    }
  }

  private static void play(Random random) throws IOException {
    var offer =
        random.nextBoolean()
            ? new String[] {"Sec-WebSocket-Extensions: permessage-deflate"}
            : new String[0];
    try (var client = server.connect().open("/echo", offer)) {
      try {
        client.send(session(random));
        client.shutdownOutput();
      } catch (SocketException closedMeanwhile) {
        // What it said before is checked all the same.
      }
      readToTheEnd(client);
    }
  }

  /** Frames that are mostly right, with a byte changed here and there, cut at the end. */
  private static byte[] session(Random random) {
    var out = new ByteArrayOutputStream();
    var frames = random.nextInt(1, 20);
    for (var i = 0; i < frames; i++) {
      var payload = new byte[random.nextInt(4) == 0 ? random.nextInt(70_000) : random.nextInt(200)];
      if (random.nextInt(3) == 0) {
        random.nextBytes(payload);
      } else {
        Arrays.fill(payload, (byte) 'x');
      }
      int[] firsts = {
        0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8A, 0xC1, 0x88, 0x41, random.nextInt(256)
      };
      out.writeBytes(RawClient.frame(firsts[random.nextInt(firsts.length)], payload));
    }
    var bytes = out.toByteArray();
    for (var i = random.nextInt(3); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return Arrays.copyOf(bytes, bytes.length - random.nextInt(Math.min(20, bytes.length)));
  }

  private static void readToTheEnd(RawClient client) throws IOException {
    try {
      while (true) {
        var frame = client.frame();
        if (frame.first() == 0x88) {
          assertThat(CODES).contains(frame.closeCode());
          client.assertEnded();
          return;
        }
        assertThat(frame.first()).isIn(0x81, 0x82, 0xC1, 0xC2, 0x8A);
      }
    } catch (EOFException | SocketException end) {
      // It went without a close frame because we did.
    }
  }
}
