package io.byssus.protocol;

import io.byssus.protocol.Command.AckChannel;
import io.byssus.protocol.Command.AckInbox;
import io.byssus.protocol.Command.Connect;
import io.byssus.protocol.Command.End;
import io.byssus.protocol.Command.GetAttributes;
import io.byssus.protocol.Command.GetHistory;
import io.byssus.protocol.Command.GetPresence;
import io.byssus.protocol.Command.Ping;
import io.byssus.protocol.Command.Publish;
import io.byssus.protocol.Command.Resume;
import io.byssus.protocol.Command.Send;
import io.byssus.protocol.Command.SetAttributes;
import io.byssus.protocol.Command.Subscribe;
import io.byssus.protocol.Command.Unsubscribe;
import io.byssus.protocol.ServerMessage.Acked;
import io.byssus.protocol.ServerMessage.Attributes;
import io.byssus.protocol.ServerMessage.Connected;
import io.byssus.protocol.ServerMessage.Degraded;
import io.byssus.protocol.ServerMessage.Direct;
import io.byssus.protocol.ServerMessage.Ended;
import io.byssus.protocol.ServerMessage.Failed;
import io.byssus.protocol.ServerMessage.HeartbeatNumbers;
import io.byssus.protocol.ServerMessage.History;
import io.byssus.protocol.ServerMessage.Item;
import io.byssus.protocol.ServerMessage.Member;
import io.byssus.protocol.ServerMessage.Message;
import io.byssus.protocol.ServerMessage.Missed;
import io.byssus.protocol.ServerMessage.Presence;
import io.byssus.protocol.ServerMessage.Published;
import io.byssus.protocol.ServerMessage.Reconnect;
import io.byssus.protocol.ServerMessage.Sent;
import io.byssus.protocol.ServerMessage.Subscribed;
import io.byssus.protocol.ServerMessage.Unsubscribed;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.arbitraries.StringArbitrary;

/** Any message that may be said, for property tests. */
final class Messages {
  private Messages() {}

  static Arbitrary<Command> commands() {
    return Arbitraries.oneOf(
        connect(),
        Combinators.combine(id(), words(), positions().optional()).as(Subscribe::new),
        Combinators.combine(id(), words()).as(Unsubscribe::new),
        Combinators.combine(
                id(),
                words(),
                jsons(),
                texts().ofMaxLength(Command.DEDUPE_CHARS),
                Arbitraries.of(Durability.class))
            .as(Publish::new),
        Combinators.combine(id(), targets(), jsons(), texts().ofMaxLength(Command.DEDUPE_CHARS))
            .as(Send::new),
        Combinators.combine(id(), offsets()).as(AckInbox::new),
        Combinators.combine(id(), words(), positions()).as(AckChannel::new),
        Combinators.combine(id(), attributes(), tags().optional()).as(SetAttributes::new),
        id().map(GetAttributes::new),
        Combinators.combine(id(), words()).as(GetPresence::new),
        Combinators.combine(id(), words(), positions().optional(), counts()).as(GetHistory::new),
        id().map(End::new),
        Combinators.combine(id(), flags()).as(Ping::new),
        id().map(Command.Pong::new));
  }

  static Arbitrary<ServerMessage> serverMessages() {
    return Arbitraries.oneOf(
        Combinators.combine(
                id(),
                words(),
                words(),
                texts(),
                texts(),
                flags(),
                offsets(),
                Combinators.combine(heartbeats(), counts()).as(Map::entry))
            .as((id, session, resume, user, node, resumed, ttl, rest) ->
                new Connected(
                    id, session, resume, user, node, resumed, ttl, rest.getKey(), rest.getValue())),
        Combinators.combine(
                id(),
                words(),
                positions().optional(),
                recoveries(),
                counts(),
                Arbitraries.of("", Subscribed.SERVER))
            .as(Subscribed::new),
        Combinators.combine(id(), words()).as(Unsubscribed::new),
        Combinators.combine(words(), texts(), items()).as(Message::new),
        Combinators.combine(id(), positions().optional(), Arbitraries.of(Durability.class), flags())
            .as(Published::new),
        Combinators.combine(id(), counts(), counts(), flags()).as(Sent::new),
        items().map(Direct::new),
        id().map(Acked::new),
        Combinators.combine(id(), attributes(), tags()).as(Attributes::new),
        Combinators.combine(id(), words(), counts(), members().list().ofMaxSize(4))
            .as(Presence::new),
        Combinators.combine(id(), words(), positions(), recoveries(), items().list().ofMaxSize(4))
            .as(History::new),
        id().map(Ended::new),
        Combinators.combine(id(), flags()).as(ServerMessage.Pong::new),
        Combinators.combine(texts(), Arbitraries.of(Gap.class), positions().optional())
            .as(Missed::new),
        flags().map(Degraded::new),
        Combinators.combine(offsets(), texts()).as(Reconnect::new),
        Combinators.combine(id(), Arbitraries.of(ErrorCode.class), texts()).as(Failed::new));
  }

  /** JSON texts as a codec may have passed them on: valid, on one line, no space around them. */
  static Arbitrary<Json> jsons() {
    return jsonTexts(3).map(Json::of);
  }

  /** What JSON, near-JSON and our messages are made of. */
  static Arbitrary<String> pieces() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u",
            "\\n",
            "00e9",
            "d83d",
            " ",
            "\n",
            "-",
            "0",
            "1",
            "9007199254740993",
            ".",
            "5",
            "e",
            "E+",
            "true",
            "false",
            "null",
            "tru",
            "'",
            "/*"),
        Arbitraries.of(
            "\"type\"",
            "\"id\"",
            "\"ping\"",
            "\"publish\"",
            "\"channel\"",
            "\"data\"",
            "\"position\"",
            "\"epoch\"",
            "\"offset\"",
            "\"to\"",
            "\"tags\"",
            "\"attributes\""),
        texts());
  }

  private static Arbitrary<String> jsonTexts(int depth) {
    var scalars =
        Arbitraries.oneOf(
            Arbitraries.of("null", "true", "false", "-0", "1e-7", "1.50", "\"\\ud800\""),
            Arbitraries.bigIntegers().map(Object::toString),
            Arbitraries.doubles().map(Object::toString),
            texts().map(Messages::quoted));
    if (depth == 0) {
      return scalars;
    }
    var inner = jsonTexts(depth - 1);
    var members =
        Combinators.combine(texts(), inner).as((name, value) -> quoted(name) + " : " + value);
    return Arbitraries.frequencyOf(
        Tuple.of(4, scalars),
        Tuple.of(1, inner.list().ofMaxSize(3).map(list -> "[ " + String.join(" ,", list) + "]")),
        Tuple.of(1, members.list().ofMaxSize(3).map(list -> "{" + String.join(", ", list) + " }")));
  }

  private static String quoted(String text) {
    var out = new StringBuilder("\"");
    text.chars()
        .forEach(c -> out.append(c < 0x20 || c == '"' || c == '\\' ? escape(c) : "" + (char) c));
    return out.append('"').toString();
  }

  private static String escape(int c) {
    return "\\u%04x".formatted(c);
  }

  private static Arbitrary<Command> connect() {
    return Combinators.combine(
            id(),
            texts(),
            Combinators.combine(words(), words()).as(Resume::new).optional(),
            tags(),
            attributes(),
            Arbitraries.maps(texts(), positions()).ofMaxSize(4),
            offsets().optional(),
            Combinators.combine(flags(), counts()).as(Map::entry))
        .as((id, token, resume, tags, attributes, positions, inbox, rest) ->
            new Connect(
                id,
                token,
                resume,
                tags,
                attributes,
                positions,
                inbox,
                rest.getKey(),
                rest.getValue()));
  }

  private static Arbitrary<Item> items() {
    return Combinators.combine(
            offsets(), jsons(), Combinators.combine(texts(), words()).as(Sender::new).optional())
        .as(Item::new);
  }

  private static Arbitrary<Member> members() {
    return Combinators.combine(words(), texts(), attributes()).as(Member::new);
  }

  private static Arbitrary<HeartbeatNumbers> heartbeats() {
    var seconds = Arbitraries.integers().between(1, Integer.MAX_VALUE);
    return Combinators.combine(seconds, seconds).as(HeartbeatNumbers::new);
  }

  private static Arbitrary<Recovery> recoveries() {
    return Arbitraries.oneOf(
        Arbitraries.just(Recovery.NOT_ASKED),
        Arbitraries.just(Recovery.COMPLETE),
        Arbitraries.of(Gap.class).map(Recovery.Lost::new));
  }

  private static Arbitrary<Target> targets() {
    return Arbitraries.oneOf(
        words().map(Target.ToSession::new),
        words().map(Target.ToUser::new),
        words().map(Target.ToTag::new));
  }

  private static Arbitrary<Position> positions() {
    return Combinators.combine(words(), offsets()).as(Position::new);
  }

  private static Arbitrary<Map<String, Json>> attributes() {
    return Arbitraries.maps(texts(), jsons()).ofMaxSize(4);
  }

  private static Arbitrary<Set<String>> tags() {
    return words().set().ofMaxSize(4);
  }

  private static Arbitrary<Long> id() {
    return offsets();
  }

  private static Arbitrary<Long> offsets() {
    return Arbitraries.longs().between(0, (1L << 53) - 1);
  }

  private static Arbitrary<Integer> counts() {
    return Arbitraries.integers().between(0, Integer.MAX_VALUE);
  }

  private static Arbitrary<Boolean> flags() {
    return Arbitraries.of(true, false);
  }

  private static StringArbitrary texts() {
    return Arbitraries.strings()
        .ascii()
        .withChars("\u0000\u001f\u007f\"\\/éß漢字\u2028\uffff")
        .ofMaxLength(12);
  }

  private static Arbitrary<String> words() {
    return Arbitraries.oneOf(
        texts().ofMinLength(1), Arbitraries.of("news", "news.*", "😀", "a\ud83d\ude00b"));
  }
}
