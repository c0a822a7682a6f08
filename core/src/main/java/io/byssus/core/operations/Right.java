package io.byssus.core.operations;

import java.util.Arrays;
import java.util.Optional;

/** One kind of thing that a principal may do, by the name that it has in a scope. */
public enum Right {
  PUBLISH("publish", true),
  HISTORY("history", true),
  PRESENCE("presence", true),
  WATCH("watch", true),
  SEND("send", false),
  SESSIONS_READ("sessions:read", false),
  SESSIONS_WRITE("sessions:write", false),
  CHANNELS_READ("channels:read", false),
  NODES_READ("nodes:read", false),
  NODES_DRAIN("nodes:drain", false);

  private final String scope;
  private final boolean onChannels;

  Right(String scope, boolean onChannels) {
    this.scope = scope;
    this.onChannels = onChannels;
  }

  /** The scope, or what stands before the colon and the channels. */
  public String scope() {
    return scope;
  }

  /** Whether it is given for channels, by a name or a prefix. */
  public boolean onChannels() {
    return onChannels;
  }

  static Optional<Right> of(String scope, boolean onChannels) {
    return Arrays.stream(values())
        .filter(right -> right.scope.equals(scope) && right.onChannels == onChannels)
        .findFirst();
  }
}
