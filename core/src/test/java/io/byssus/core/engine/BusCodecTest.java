package io.byssus.core.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.byssus.core.engine.BusMessage.Announced;
import io.byssus.core.engine.BusMessage.Ask;
import io.byssus.core.engine.BusMessage.Asked;
import io.byssus.core.engine.BusMessage.Left;
import io.byssus.core.engine.BusMessage.Replied;
import io.byssus.core.engine.BusMessage.Told;
import io.byssus.core.engine.BusMessage.Unknown;
import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.engine.ClusterBus.Notice;
import io.byssus.core.engine.ClusterBus.Question;
import io.byssus.core.engine.ClusterBus.Reply;
import io.byssus.core.session.Change;
import io.byssus.core.session.Change.NewSubscription;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Owner;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Refused;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes of two builds understand each other as far as the older goes. */
class BusCodecTest {
  private static final Owner OWNER = new Owner("n1 \"é 😀", "run-1");
  private static final Lease LEASE = new Lease("s:/..\n", OWNER, 7);
  private static final Ask ASK = new Ask(42, OWNER);

  static List<BusMessage> messages() {
    var change =
        new Change(
            Map.of("a\u0000", Json.of("{\"b\":[1,null]}"), "gone", Json.NULL),
            Optional.of(Set.of("x", "y")),
            List.of(
                new NewSubscription("news.*", Optional.empty(), Origin.CLIENT),
                new NewSubscription(
                    "ü".repeat(500), Optional.of(new Position("e", 3)), Origin.SERVER)),
            Set.of("old"));
    return List.of(
        new Announced(
            new Announcement(OWNER, "ws://a:1/ws", "1.2", Duration.ofMillis(61_001), 7, 5, true)),
        new Left(OWNER),
        new Told(new Notice.Superseded(LEASE, CloseCode.TAKEN_OVER)),
        new Told(new Notice.InboxGrew("s")),
        new Asked(ASK, new Question.ChangeSession(LEASE, change)),
        new Asked(ASK, new Question.ChangeSession(LEASE, Change.unsubscribing())),
        new Asked(ASK, new Question.Disconnect(LEASE, CloseCode.ENDED)),
        new Asked(ASK, new Question.Drain(OWNER)),
        new Replied(42, OWNER, new Reply.Done()),
        new Replied(42, OWNER, new Reply.Refused(ErrorCode.TOO_MANY_TAGS, "at most 3")),
        new Replied(42, OWNER, new Reply.Lost()),
        new Replied(42, OWNER, new Reply.NotUnderstood()));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void eachIsReadAsItWasWritten(BusMessage message) {
    assertThat(BusCodec.read(BusCodec.write(message))).isEqualTo(message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aNewerFieldIsIgnored(BusMessage message) {
    var older = new String(BusCodec.write(message), UTF_8);
    var newer = older.replaceFirst("\\{", "{\"lamp\":{\"on\":[true]},");
    assertThat(BusCodec.read(newer.getBytes(UTF_8))).isEqualTo(message);
  }

  private static BusMessage read(String message) {
    return BusCodec.read(message.getBytes(UTF_8));
  }

  @Test
  void aNewerMessageIsUnknownAndAQuestionCanBeAnswered() {
    assertThat(read("{\"type\":\"lamp\",\"on\":true}"))
        .isEqualTo(new Unknown("lamp", Optional.empty()));
    assertThat(read("{\"type\":\"lamp\",\"ask\":9,\"by\":{\"node\":\"n\",\"run\":\"r\"}}"))
        .isEqualTo(new Unknown("lamp", Optional.of(new Ask(9, new Owner("n", "r")))));
  }

  @Test
  void aNewerValueThatDecidesIsUnknown() {
    var told =
        "{\"type\":\"superseded\",\"session\":\"s\",\"node\":\"n\",\"run\":\"r\",\"term\":1,"
            + "\"code\":\"lamp\"}";
    assertThat(read(told)).isEqualTo(new Unknown("superseded", Optional.empty()));
    var replied =
        "{\"type\":\"reply\",\"ask\":1,\"node\":\"n\",\"run\":\"r\",\"outcome\":\"lamp\"}";
    assertThat(read(replied))
        .isEqualTo(new Replied(1, new Owner("n", "r"), new Reply.NotUnderstood()));
  }

  @Test
  void whatNobodySaysIsRefused() {
    for (var nonsense :
        List.of(
            "",
            "\u0001",
            "[]",
            "{}",
            "{\"type\":1}",
            "{\"type\":\"left\"}",
            "{\"type\":\"drain\",\"node\":\"n\",\"run\":\"r\"}",
            "{\"type\":\"left\",\"node\":\"n\",\"run\":\"r\"} x")) {
      assertThatThrownBy(() -> read(nonsense)).as(nonsense).isInstanceOf(Refused.class);
    }
  }
}
