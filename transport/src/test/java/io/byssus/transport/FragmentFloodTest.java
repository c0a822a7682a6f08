package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A message in pieces is bounded in their number, in bytes and in time. */
@ExtendWith(NoLeaks.class)
class FragmentFloodTest {
  private static final int MOST = TransportSettings.Messages.DEFAULTS.fragments();

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer(TestServer.impatient());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void endlessEmptyContinuations() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.frame(0x01, "");
      for (var i = 0; i < MOST; i++) {
        client.frame(0x00, "");
      }
      client.assertClosedWith(1008);
    }
  }

  @Test
  void aMessageByteByByte() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.frame(0x02, "x");
      for (var i = 0; i < MOST; i++) {
        client.frame(0x00, "x");
      }
      client.assertClosedWith(1008);
    }
  }

  @Test
  void moreBytesThanAMessageMayHave() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.send(RawClient.frame(0x02, new byte[65_536]));
      client.send(RawClient.frame(0x00, new byte[1]));
      client.assertClosedWith(1009);
    }
  }

  @Test
  void aMessageThatNeverEnds() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.frame(0x01, "x");
      client.assertClosedWith(1008);
    }
  }

  @Test
  void butAMessageInAllItsFragmentsIsWhole() throws Exception {
    try (var client = server.connect().open("/echo")) {
      client.frame(0x01, "0");
      for (var i = 1; i < MOST - 1; i++) {
        client.frame(0x00, "€");
      }
      client.frame(0x80, "1");
      assertThat(client.frame().text()).isEqualTo("0" + "€".repeat(MOST - 2) + "1");
      Thread.sleep(400);
      client.text("the time-out went with the message");
      assertThat(client.frame().text()).startsWith("the time-out");
    }
  }

  /** A device with a small buffer sends as long a message as anybody. */
  @Test
  void andTheLongestMessageMayComeInPiecesOf256Bytes() throws Exception {
    var piece = "x".repeat(256);
    var pieces = TransportSettings.Messages.DEFAULTS.messageBytes() / piece.length();
    try (var client = server.connect().open("/echo")) {
      client.frame(0x01, piece);
      for (var i = 1; i < pieces - 1; i++) {
        client.frame(0x00, piece);
      }
      client.frame(0x80, piece);
      assertThat(client.frame().text()).isEqualTo(piece.repeat(pieces));
    }
  }

  @Test
  void andPingsBetweenFragmentsAreAnsweredFirst() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.frame(0x01, "a").frame(0x89, "ping").frame(0x80, "b");
      assertThat(client.frame().first()).isEqualTo(0x8A);
      assertThat(client.frame().text()).isEqualTo("ab");
    }
  }
}
