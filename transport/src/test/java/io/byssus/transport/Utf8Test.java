package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
  /** What the JDK says. */
  private static boolean expected(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean inPieces(byte[] text, int cut) {
    var utf8 = new Utf8();
    return utf8.accepts(Unpooled.wrappedBuffer(text, 0, cut))
        && utf8.accepts(Unpooled.wrappedBuffer(text, cut, text.length - cut))
        && utf8.complete();
  }

  private static void assertAgreed(byte[] text) {
    var expected = expected(text);
    assertThat(Utf8.valid(Unpooled.wrappedBuffer(text))).isEqualTo(expected);
    for (var cut = 0; cut <= text.length; cut++) {
      assertThat(inPieces(text, cut)).isEqualTo(expected);
    }
  }

  @Test
  void agreesWithTheJdkOnAllShortTexts() {
    for (var first = 0; first < 256; first++) {
      for (var second = 0; second < 256; second++) {
        assertAgreed(new byte[] {(byte) first, (byte) second});
        assertAgreed(new byte[] {(byte) first, (byte) second, (byte) 0x80});
        assertAgreed(new byte[] {(byte) first, (byte) second, (byte) 0xBF, (byte) 0x80});
      }
    }
  }

  @Test
  void agreesWithTheJdkOnDamagedTexts() {
    var seed = new Random().nextLong();
    var random = new Random(seed);
    for (var round = 0; round < 20_000; round++) {
      var text =
          random
              .ints(random.nextInt(12), 0, 0x11_0000)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
      var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      if (bytes.length > 0 && random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      assertThat(Utf8.valid(Unpooled.wrappedBuffer(bytes)))
          .as("seed " + seed)
          .isEqualTo(expected(bytes));
      assertThat(inPieces(bytes, bytes.length / 2)).as("seed " + seed).isEqualTo(expected(bytes));
    }
  }
}
