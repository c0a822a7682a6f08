package io.byssus.devices;

/** Hears what happens at gateways. Called on lanes: must neither block nor throw. */
@FunctionalInterface
public interface DeviceObserver {
  /**
   * @param who the gateway, the device's session, or the address of a peer that was refused
   */
  void happened(DeviceEvent event, long times, String who);

  /** Both hear the same, in this order. */
  default DeviceObserver and(DeviceObserver other) {
    return (event, times, who) -> {
      happened(event, times, who);
      other.happened(event, times, who);
    };
  }
}
