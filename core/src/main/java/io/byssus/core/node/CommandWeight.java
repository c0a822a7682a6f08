package io.byssus.core.node;

import io.byssus.core.session.SessionWeight;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import java.util.Set;

/** About how many bytes of memory a command takes while it waits. */
final class CommandWeight {
  /** With the engine, those with less data count for nothing: they are bounded in number. */
  static final int LARGE = 512;

  private static final int COMMAND = 128;

  private CommandWeight() {}

  static int of(Decoded decoded) {
    return COMMAND
        + switch (decoded) {
          case Decoded.Bad _ -> 0;
          case Decoded.Good(var command) -> content(command);
        };
  }

  private static int content(Command command) {
    return switch (command) {
      case Command.Publish publish -> publish.channel().length() + publish.data().bytes();
      case Command.Send send -> send.data().bytes();
      case Command.SetAttributes set ->
          SessionWeight.ofAttributes(set.attributes())
              + SessionWeight.ofTags(set.tags().orElseGet(Set::of));
      case Command.Connect connect ->
          SessionWeight.ofAttributes(connect.attributes()) + SessionWeight.ofTags(connect.tags());
      case Command.Subscribe subscribe -> subscribe.channel().length();
      case Command.Unsubscribe unsubscribe -> unsubscribe.channel().length();
      case Command.GetHistory history -> history.channel().length();
      case Command.GetPresence presence -> presence.channel().length();
      case Command.AckChannel ack -> ack.channel().length();
      case Command.Ping _,
          Command.Pong _,
          Command.AckInbox _,
          Command.GetAttributes _,
          Command.End _ ->
          0;
    };
  }
}
