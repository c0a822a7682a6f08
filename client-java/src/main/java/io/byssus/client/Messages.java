package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** From what the server says to what the program sees. */
final class Messages {
  private Messages() {}

  static Message of(ServerMessage.Message said, String epoch, boolean missed) {
    return of(said.channel(), said.pattern(), epoch, said.item(), missed);
  }

  static Message directed(ServerMessage.Item item) {
    return of("", "", "", item, false);
  }

  private static Message of(
      String channel, String pattern, String epoch, ServerMessage.Item item, boolean missed) {
    return new Message(
        channel, pattern, item.offset(), epoch, item.data().toString(), item.from(), missed);
  }

  static Published published(ServerMessage.Published said) {
    return new Published(said.level(), said.position(), said.duplicate());
  }

  static Page page(ServerMessage.History said) {
    var lost =
        said.recovery() instanceof Recovery.Lost reason
            ? Optional.of(reason.reason())
            : Optional.<Gap>empty();
    return new Page(
        said.top(),
        lost,
        said.items().stream()
            .map(item -> of(said.channel(), "", epoch(said.top(), item), item, false))
            .toList());
  }

  private static String epoch(Position top, ServerMessage.Item item) {
    return item.offset() == 0 ? "" : top.epoch();
  }

  static Members members(ServerMessage.Presence said) {
    return new Members(said.members().stream().map(Messages::member).toList(), said.total());
  }

  private static Member member(ServerMessage.Member said) {
    return new Member(said.session(), said.user(), texts(said.attributes()));
  }

  static Map<String, String> texts(Map<String, Json> attributes) {
    var texts = new TreeMap<String, String>();
    attributes.forEach((name, value) -> texts.put(name, value.toString()));
    return texts;
  }
}
