package io.byssus.protocol.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.byssus.protocol.device.NaiveReceiver.Heard;

/**
 * Any bytes in any pieces, held against the rules, for two minutes: {@code JAZZER_FUZZ=1 ./byssus
 * test -pl protocol -am -Dtest=FrameReceiverFuzz}. Not one of the tests that always run, which it
 * would slow down by its instruments; {@link FramesAreFoundInAnyStreamTest} is.
 */
class FrameReceiverFuzz {
  @FuzzTest(maxDuration = "2m")
  void anyBytesAreReadByTheRules(FuzzedDataProvider in) {
    var crc = in.pickValue(Crc.values());
    var piece = in.consumeInt(1, 600);
    var bytes = in.consumeRemainingAsBytes();
    var heard = new Heard();
    var receiver = new FrameReceiver(crc, heard);

    for (var from = 0; from < bytes.length; from += piece) {
      receiver.take(bytes, from, Math.min(piece, bytes.length - from));
    }
    receiver.end();

    assertThat(receiver.pending()).isFalse();
    assertThat(heard).isEqualTo(NaiveReceiver.receive(crc, bytes));
    for (var frame : heard.frames) {
      assertThat(NaiveReceiver.receive(crc, frame.bytes(crc)).frames).containsExactly(frame);
    }
  }
}
