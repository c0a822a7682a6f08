package io.byssus.server.settings;

import io.byssus.server.config.Group;

/** The group demo: the demo page. */
public record DemoConfig(boolean enabled) {
  static DemoConfig read(Group in) {
    return new DemoConfig(
        in.key(
                "enabled",
                "Whether the demo page is served, at /. Without it, / answers 404, and the channels"
                    + " that begin with chat: are like any others.")
            .flag(true));
  }
}
