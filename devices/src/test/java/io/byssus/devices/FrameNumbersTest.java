package io.byssus.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FrameNumbersTest {
  private static int[] lost(Optional<Integer> left, int... numbers) {
    var seen = new FrameNumbers(left);
    return IntStream.of(numbers).map(seen::next).toArray();
  }

  @Test
  void noneIsLostWhereEachFollowsTheOther() {
    assertThat(lost(Optional.empty(), 254, 255, 0, 1)).containsExactly(0, 0, 0, 0);
  }

  @Test
  void theNumberOfHeartbeatsIsLeftOut() {
    assertThat(lost(Optional.of(0), 254, 255, 1)).containsExactly(0, 0, 0);
    assertThat(lost(Optional.of(255), 254, 0, 1)).containsExactly(0, 0, 0);
    assertThat(lost(Optional.of(7), 6, 8, 10)).containsExactly(0, 0, 1);
  }

  @Test
  void thoseBetweenAreLost() {
    assertThat(lost(Optional.empty(), 1, 5, 1)).containsExactly(0, 3, 0);
    assertThat(lost(Optional.empty(), 250, 2)).containsExactly(0, 7);
    assertThat(lost(Optional.empty(), 0, 128)).containsExactly(0, 127);
  }

  @Test
  void theSameOnceMoreIsARepeat() {
    assertThat(lost(Optional.empty(), 1, 1, 2, 2))
        .containsExactly(0, FrameNumbers.REPEATED, 0, FrameNumbers.REPEATED);
  }

  @Test
  void oneThatIsFarAheadHasBegunAnew() {
    assertThat(lost(Optional.empty(), 200, 0, 1)).containsExactly(0, 55, 0);
    assertThat(lost(Optional.empty(), 50, 0, 1)).containsExactly(0, 0, 0);
  }
}
