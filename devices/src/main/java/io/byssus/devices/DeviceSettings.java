package io.byssus.devices;

import io.byssus.protocol.device.Controls;
import io.byssus.protocol.device.Crc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What gateways are held to.
 *
 * @param channel where the frames of a device are published, with {@code {gateway}} and {@code
 *     {address}} in place of those
 * @param heartbeat the control value of frames that only say that the device lives
 * @param answerHeartbeat whether such a frame is sent back
 * @param sequence whether all other control values number the frames of a device
 * @param tags of every device, with the same placeholders
 * @param addresses most devices of one gateway connection; the frames of others are dropped
 * @param framesPerSecond of one gateway connection, on average; then it is read more slowly
 * @param frameTimeout silence within a frame after which it will not be continued
 * @param idleTimeout silence after which a device is detached, and a gateway disconnected
 * @param known which gateway is at an address of plain TCP, the first that fits; if there are any,
 *     no other peer is let in by TCP
 */
public record DeviceSettings(
    Crc crc,
    String channel,
    Controls controls,
    Optional<Integer> heartbeat,
    boolean answerHeartbeat,
    boolean sequence,
    List<String> tags,
    int addresses,
    int framesPerSecond,
    Duration frameTimeout,
    Duration idleTimeout,
    List<KnownGateway> known) {
  public DeviceSettings {
    tags = List.copyOf(tags);
    known = List.copyOf(known);
  }

  /** {@code template} for one device. */
  public static String fill(String template, String gateway, int address) {
    return template.replace("{gateway}", gateway).replace("{address}", Integer.toString(address));
  }
}
