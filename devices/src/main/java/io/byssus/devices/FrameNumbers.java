package io.byssus.devices;

import java.util.Optional;

/**
 * The numbers of one device's frames: counts up by one, from 255 on with 0, and never takes the
 * value of heartbeats. Pure; confined to whoever has it.
 *
 * <p>One octet tells little. The number of the frame before is a repeat; up to half of the numbers
 * ahead, those between are lost; further ahead the device has more likely begun anew, and nothing
 * is known to be lost.
 */
final class FrameNumbers {
  static final int REPEATED = -1;
  private static final int NONE = -1;

  private final int left;
  private int last = NONE;

  /**
   * @param left the value that numbers leave out
   */
  FrameNumbers(Optional<Integer> left) {
    this.left = left.orElse(NONE);
  }

  /** How many are lost before {@code number}, or {@link #REPEATED}. */
  int next(int number) {
    var values = left == NONE ? 256 : 255;
    var place = left != NONE && number > left ? number - 1 : number;
    var ahead = last == NONE ? 1 : Math.floorMod(place - last, values);
    if (ahead == 0) {
      return REPEATED;
    }
    last = place;
    return ahead <= values / 2 ? ahead - 1 : 0;
  }
}
