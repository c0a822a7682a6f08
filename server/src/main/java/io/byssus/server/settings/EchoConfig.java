package io.byssus.server.settings;

import io.byssus.server.config.Group;

/** The group echo: the echo, to try out a connection. */
public record EchoConfig(boolean enabled) {
  static EchoConfig read(Group in) {
    return new EchoConfig(
        in.key(
                "enabled",
                "Whether /echo takes WebSockets, of anybody, and sends back what they send. Without"
                    + " it, /echo answers 404.")
            .flag(true));
  }
}
