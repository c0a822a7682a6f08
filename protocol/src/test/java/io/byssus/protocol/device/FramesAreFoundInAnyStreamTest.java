package io.byssus.protocol.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.protocol.device.NaiveReceiver.Heard;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FramesAreFoundInAnyStreamTest {
  @Property
  void aFrameComesBackAsItWas(@ForAll Crc crc, @ForAll("frames") DeviceFrame frame) {
    var bytes = frame.bytes(crc);
    var heard = new Heard();

    new FrameReceiver(crc, heard).take(bytes, 0, bytes.length);

    Assume.that(unambiguous(crc, frame));
    assertThat(heard.frames).containsExactly(frame);
    assertThat(heard.skipped + heard.bad).isZero();
  }

  /** All that a receiver tells of any bytes is what the rules say, however they are cut. */
  @Property(tries = 3000)
  void anyBytesInAnyPiecesAreReadByTheRules(
      @ForAll Crc crc, @ForAll("pieces") @Size(max = 12) List<byte[]> pieces, @ForAll long seed) {
    var bytes = joined(pieces);
    var heard = new Heard();
    var receiver = new FrameReceiver(crc, heard);

    inPieces(receiver, bytes, new Random(seed));
    receiver.end();

    assertThat(heard).isEqualTo(NaiveReceiver.receive(crc, bytes));
    assertThat(receiver.pending()).isFalse();
  }

  /** Without waiting for the end: a false header delays what follows by one frame at most. */
  @Property
  void whateverComesBeforeAFrameIsFoundAfterAFrameLengthAtMost(
      @ForAll("pieces") @Size(max = 6) List<byte[]> garbage, @ForAll("frames") DeviceFrame frame) {
    var before = joined(garbage);
    var wire = frame.bytes(Crc.CCITT_FALSE);
    var rest = new byte[DeviceFrame.BYTES_MAX];
    var all = joined(List.of(before, wire, rest));
    Assume.that(NaiveReceiver.receive(Crc.CCITT_FALSE, all).frames.contains(frame));
    var heard = new Heard();

    new FrameReceiver(Crc.CCITT_FALSE, heard).take(all, 0, all.length);

    assertThat(heard.frames).contains(frame);
  }

  @Property
  void everySingleFlippedBitIsNoticed(
      @ForAll Crc crc, @ForAll("frames") DeviceFrame frame, @ForAll Random random) {
    var bytes = frame.bytes(crc);
    var bit = random.nextInt(8 * bytes.length);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);
    var heard = new Heard();
    var receiver = new FrameReceiver(crc, heard);

    receiver.take(bytes, 0, bytes.length);
    receiver.end();

    // What the check cannot tell is a frame inside the frame, one in 65,536 tails.
    assertThat(heard.frames).allMatch(found -> found.data().length < frame.data().length);
    assertThat(heard.skipped).isPositive();
  }

  @Test
  void everyFlippedBitOfAFrameIsRefused() {
    var frame = new DeviceFrame(7, 3, new byte[] {1, 2, (byte) 0xFF, 0x55, (byte) 0xAA, 0});
    for (var crc : Crc.values()) {
      for (var bit = 0; bit < 8 * frame.bytes(crc).length; bit++) {
        var bytes = frame.bytes(crc);
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(NaiveReceiver.receive(crc, bytes).frames).as("%s, bit %s", crc, bit).isEmpty();
        var heard = new Heard();
        var receiver = new FrameReceiver(crc, heard);
        receiver.take(bytes, 0, bytes.length);
        receiver.end();
        assertThat(heard.frames).as("%s, bit %s", crc, bit).isEmpty();
      }
    }
  }

  /** The worst that a peer can send: nothing but headers. */
  @Test
  void nothingButHeadersCostsABoundedTime() {
    var bytes = new byte[1 << 16];
    for (var i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i % 2 == 0 ? 0x55 : 0xAA);
    }
    var heard = new Heard();
    var receiver = new FrameReceiver(Crc.CCITT_FALSE, heard);

    receiver.take(bytes, 0, bytes.length);
    receiver.end();

    assertThat(heard.frames).isEmpty();
    assertThat(heard.skipped).isEqualTo(bytes.length);
  }

  private static boolean unambiguous(Crc crc, DeviceFrame frame) {
    return NaiveReceiver.receive(crc, frame.bytes(crc)).frames.equals(List.of(frame));
  }

  private static void inPieces(FrameReceiver receiver, byte[] bytes, Random random) {
    for (var from = 0; from < bytes.length; ) {
      var length = Math.min(bytes.length - from, 1 + random.nextInt(300));
      receiver.take(bytes, from, length);
      from += length;
    }
  }

  private static byte[] joined(List<byte[]> pieces) {
    var all = new ByteArrayOutputStream();
    pieces.forEach(all::writeBytes);
    return all.toByteArray();
  }

  @Provide
  Arbitrary<DeviceFrame> frames() {
    var value = Arbitraries.integers().between(0, 255);
    var some = Arbitraries.of((byte) 0x55, (byte) 0xAA, (byte) 0xFF, (byte) 0, (byte) 1);
    var any = Arbitraries.oneOf(some, Arbitraries.bytes());
    var data = any.array(byte[].class).ofMinSize(0).ofMaxSize(255);
    return Combinators.combine(value, value, data).as(DeviceFrame::new);
  }

  /** Frames, halves of frames, headers, and bytes that look like parts of them. */
  @Provide
  Arbitrary<List<byte[]>> pieces() {
    var some = Arbitraries.of((byte) 0x55, (byte) 0xAA, (byte) 0xFF, (byte) 0, (byte) 7);
    var garbage = some.array(byte[].class).ofMaxSize(30);
    var whole = frames().map(frame -> frame.bytes(Crc.CCITT_FALSE));
    var half = whole.map(bytes -> java.util.Arrays.copyOf(bytes, bytes.length / 2));
    var header = Arbitraries.just(new byte[] {0x55, (byte) 0xAA});
    return Arbitraries.oneOf(garbage, whole, half, header).list();
  }
}
