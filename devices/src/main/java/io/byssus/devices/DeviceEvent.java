package io.byssus.devices;

/** What is counted of gateways and devices. */
public enum DeviceEvent {
  FRAMES("Frames that came whole and checked"),
  BAD_FRAMES("Headers that no valid frame followed: wrong check, cut off, or garbage"),
  SKIPPED_BYTES("Bytes that belonged to no valid frame"),
  HEARTBEATS("Frames that only said that a device lives"),
  LOST_FRAMES("Frames that are missing, by their numbers"),
  REPEATED_FRAMES("Frames dropped because their number had come already"),
  UNPUBLISHED_FRAMES("Frames of which it is not known that they were published"),
  SUPERSEDED_FRAMES("Frames dropped because another connection holds the device"),
  EXCESS_ADDRESSES("Frames dropped because their gateway has too many addresses"),
  COMMANDS("Commands written to gateways as frames"),
  BAD_COMMANDS("Directed messages that no frame can be made of; acknowledged and dropped"),
  EXPIRED_COMMANDS("Times that directed messages were gone before they could be written"),
  TAKEOVERS("Devices that another connection took over"),
  THROTTLES("Times that a gateway was read more slowly for sending too much"),
  GATEWAYS("Gateway connections taken"),
  REFUSED_GATEWAYS("Gateway connections refused");

  private final String description;

  DeviceEvent(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }
}
