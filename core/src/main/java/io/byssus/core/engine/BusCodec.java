package io.byssus.core.engine;

import static io.byssus.protocol.JsonFields.need;

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
import io.byssus.protocol.JsonCodec;
import io.byssus.protocol.JsonFields;
import io.byssus.protocol.JsonLimits;
import io.byssus.protocol.JsonWriter;
import io.byssus.protocol.Position;
import io.byssus.protocol.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages between nodes as JSON objects that describe themselves, so that nodes of two builds
 * understand each other: a field that is not known is ignored, and a message of which this build
 * does not know the type, or a value that decides what is to be done, is {@link Unknown}. A field
 * is never given another meaning; who needs that makes a new type.
 */
public final class BusCodec {
  /** Names of attributes and channels are members, and longer than those of a protocol. */
  private static final JsonCodec JSON = new JsonCodec(new JsonLimits(100, 1 << 16, 1_024, 1));

  private BusCodec() {}

  public static byte[] write(BusMessage message) {
    return switch (message) {
      case Announced(var said) ->
          owner(begin("announced"), said.owner())
              .text("address", said.address())
              .text("version", said.version())
              .number("uptime", said.uptime().toMillis())
              .number("connections", said.connections())
              .number("sessions", said.sessions())
              .flag("ready", said.ready())
              .end();
      case Left(var owner) -> owner(begin("left"), owner).end();
      case Told(Notice.Superseded(var lease, var code)) ->
          lease(begin("superseded"), lease).text("code", code.wire()).end();
      case Told(Notice.InboxGrew(var session)) ->
          begin("inbox_grew").text("session", session).end();
      case Asked(var ask, var question) -> question(ask, question);
      case Replied(var number, var by, var reply) ->
          reply(owner(begin("reply").number("ask", number), by), reply).end();
      case Unknown _ -> throw new IllegalArgumentException("nobody says " + message);
    };
  }

  private static JsonWriter begin(String type) {
    return JsonWriter.object(0).text("type", type);
  }

  private static JsonWriter owner(JsonWriter out, Owner owner) {
    return out.text("node", owner.node()).text("run", owner.incarnation());
  }

  private static JsonWriter lease(JsonWriter out, Lease lease) {
    return owner(out.text("session", lease.session()), lease.owner()).number("term", lease.term());
  }

  private static byte[] question(Ask ask, Question question) {
    return switch (question) {
      case Question.ChangeSession(var lease, var change) ->
          change(lease(asking("change_session", ask), lease), change).end();
      case Question.Disconnect(var lease, var code) ->
          lease(asking("disconnect", ask), lease).text("code", code.wire()).end();
      case Question.Drain(var owner) -> owner(asking("drain", ask), owner).end();
    };
  }

  private static JsonWriter asking(String type, Ask ask) {
    return owner(begin(type).number("ask", ask.number()).open("by"), ask.by()).close();
  }

  private static JsonWriter change(JsonWriter out, Change change) {
    out.jsons("attributes", change.attributes());
    change.tags().ifPresent(tags -> out.texts("tags", tags));
    out.open("subscribe");
    for (var each : change.subscribe()) {
      out.open(each.channel()).flag("server", each.origin() == Origin.SERVER);
      each.position().ifPresent(position -> out.position("position", position));
      out.close();
    }
    return out.close().texts("unsubscribe", change.unsubscribe());
  }

  private static JsonWriter reply(JsonWriter out, Reply reply) {
    return switch (reply) {
      case Reply.Done _ -> out.text("outcome", "done");
      case Reply.Refused(var code, var message) ->
          out.text("outcome", "refused").text("code", code.wire()).text("message", message);
      case Reply.Lost _ -> out.text("outcome", "lost");
      case Reply.NotUnderstood _ -> out.text("outcome", "not_understood");
    };
  }

  /**
   * @throws Refused for what no node of any build says
   */
  public static BusMessage read(byte[] message) {
    var fields = new Fields(message);
    var type = fields.text("type");
    var ask = fields.ask();
    return fields
        .known(type, ask)
        .orElseGet(() -> new Unknown(type, type.equals("reply") ? Optional.empty() : ask));
  }

  /** The members of one object, read where they are needed. */
  private static final class Fields {
    private final Map<String, Json> members = new HashMap<>();

    Fields(byte[] object) {
      var in = JSON.fields(object);
      in.begin();
      for (var name = in.name(); name != null; name = in.name()) {
        members.put(name, in.json());
      }
      in.finish();
    }

    /** Nothing for what this build does not know. */
    private Optional<BusMessage> known(String type, Optional<Ask> ask) {
      return switch (type) {
        case "announced" -> Optional.of(new Announced(announcement()));
        case "left" -> Optional.of(new Left(owner()));
        case "superseded" -> code().map(code -> new Told(new Notice.Superseded(lease(), code)));
        case "inbox_grew" -> Optional.of(new Told(new Notice.InboxGrew(text("session"))));
        case "change_session" ->
            asked(ask, Optional.of(new Question.ChangeSession(lease(), change())));
        case "disconnect" -> asked(ask, code().map(code -> new Question.Disconnect(lease(), code)));
        case "drain" -> asked(ask, Optional.of(new Question.Drain(owner())));
        case "reply" -> Optional.of(new Replied(whole("ask"), owner(), reply()));
        default -> Optional.empty();
      };
    }

    private static Optional<BusMessage> asked(
        Optional<Ask> ask, Optional<? extends Question> question) {
      var by = ask.orElseThrow(() -> Refused.missing("by"));
      return question.map(known -> new Asked(by, known));
    }

    private Announcement announcement() {
      return new Announcement(
          owner(),
          text("address"),
          text("version"),
          Duration.ofMillis(whole("uptime")),
          (int) whole("connections"),
          (int) whole("sessions"),
          value("ready").equals(Json.of("true")));
    }

    private Json value(String field) {
      return need(field, members.get(field));
    }

    /** One value stands in an object of its own to be read by the protocol's rules. */
    private JsonFields in(String field) {
      return in(value(field));
    }

    private static JsonFields in(Json value) {
      var in = JSON.fields(JsonWriter.object(value.bytes()).json("value", value).end());
      in.begin();
      in.name();
      return in;
    }

    String text(String field) {
      return in(field).text(field);
    }

    private long whole(String field) {
      return in(field).whole(field);
    }

    private Owner owner() {
      return new Owner(text("node"), text("run"));
    }

    private Lease lease() {
      return new Lease(text("session"), owner(), whole("term"));
    }

    private Optional<CloseCode> code() {
      var wire = text("code");
      for (var code : CloseCode.values()) {
        if (code.wire().equals(wire)) {
          return Optional.of(code);
        }
      }
      return Optional.empty();
    }

    Optional<Ask> ask() {
      if (!members.containsKey("ask") || !members.containsKey("by")) {
        return Optional.empty();
      }
      return Optional.of(new Ask(whole("ask"), new Fields(value("by").utf8()).owner()));
    }

    private Change change() {
      return new Change(
          in("attributes").attributes("attributes"),
          members.containsKey("tags") ? Optional.of(in("tags").words("tags")) : Optional.empty(),
          subscriptions(),
          in("unsubscribe").words("unsubscribe"));
    }

    private List<NewSubscription> subscriptions() {
      var subscriptions = new ArrayList<NewSubscription>();
      in("subscribe")
          .attributes("subscribe")
          .forEach((channel, how) -> {
            var fields = new Fields(how.utf8());
            var byServer = fields.value("server").equals(Json.of("true"));
            subscriptions.add(
                new NewSubscription(
                    channel, fields.position(), byServer ? Origin.SERVER : Origin.CLIENT));
          });
      return subscriptions;
    }

    private Optional<Position> position() {
      return members.containsKey("position")
          ? Optional.of(in("position").position("position"))
          : Optional.empty();
    }

    /** One that is not known says that it was not done as it was asked. */
    private Reply reply() {
      return switch (text("outcome")) {
        case "done" -> new Reply.Done();
        case "refused" ->
            new Reply.Refused(
                ErrorCode.of(text("code")).orElse(ErrorCode.INTERNAL), text("message"));
        case "lost" -> new Reply.Lost();
        default -> new Reply.NotUnderstood();
      };
    }
  }
}
