package io.byssus.server.settings;

import io.byssus.server.config.Group;
import io.byssus.transport.TransportSettings;

/** The group deflate: compression of messages. */
public record DeflateConfig(boolean on, int threshold, int level) {
  static DeflateConfig read(Group in) {
    return new DeflateConfig(
        in.key(
                "on",
                "Whether compression is offered. It saves bandwidth and costs CPU; a secret in one"
                    + " message with text of others can be guessed from the compressed length.")
            .flag(false),
        in.key("threshold", "Shorter messages are sent as they are.").bytes("512B", "1B", "1MiB"),
        in.key("level", "1 is fast, 9 is small.").count(6, 1, 9, ""));
  }

  TransportSettings.Deflate settings() {
    return new TransportSettings.Deflate(on, threshold, level);
  }
}
