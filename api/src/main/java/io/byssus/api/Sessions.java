package io.byssus.api;

import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Inspection;
import io.byssus.core.operations.Right;
import io.byssus.core.session.FoundSession;
import io.byssus.core.session.Lease;
import io.byssus.core.session.SessionList;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonWriter;
import io.byssus.protocol.Refused;
import io.byssus.protocol.Target;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Sessions and users, as they are in the engine. */
final class Sessions {
  private static final int ROWS = 100;

  private Sessions() {}

  static List<Endpoint> endpoints(String base) {
    return List.of(
        Endpoint.of("GET", base + "/sessions", Right.SESSIONS_READ, Sessions::list),
        Endpoint.of("GET", base + "/sessions/{id}", Right.SESSIONS_READ, Sessions::session),
        Endpoint.of("GET", base + "/users/{user}", Right.SESSIONS_READ, Sessions::user));
  }

  private static void list(Exchange exchange) {
    var query = exchange.query("user", "tag", "state", "node", "limit", "cursor");
    var user = query.text("user");
    var tag = query.text("tag");
    if (user.isPresent() && tag.isPresent()) {
      throw new Refused(ErrorCode.MALFORMED, "expected one of user and tag");
    }
    Optional<Target> target =
        user.<Target>map(Target.ToUser::new).or(() -> tag.map(Target.ToTag::new));
    var filter =
        new SessionList.Filter(query.text("node"), query.text("state").map(Sessions::attached));
    page(exchange, new Inspection.Wanted(target, filter), query, out -> out);
  }

  private static boolean attached(String state) {
    return switch (state) {
      case "attached" -> true;
      case "detached" -> false;
      default -> throw Refused.expected("state", "attached or detached");
    };
  }

  private static void user(Exchange exchange) {
    var query = exchange.query("limit", "cursor");
    var name = exchange.name("user");
    if (name.isEmpty()) {
      throw new Refused(ErrorCode.MALFORMED, "user: missing");
    }
    page(
        exchange,
        new Inspection.Wanted(Optional.of(new Target.ToUser(name)), SessionList.Filter.ALL),
        query,
        out -> out.text("user", name));
  }

  /** Writes what stands before the page. */
  private interface Head {
    Object write(JsonWriter out);
  }

  private static void page(Exchange exchange, Inspection.Wanted wanted, Query query, Head head) {
    exchange.answer(
        exchange
            .api()
            .node()
            .inspection()
            .sessions(
                exchange.by(),
                wanted,
                query.text("cursor").orElse(SessionList.START),
                query.count("limit", SessionList.ROWS_MAX, ROWS)),
        Answer::ofRead,
        (out, page) -> {
          head.write(out);
          out.openArray("sessions");
          for (var row : page.sessions()) {
            row(out.openElement(), row).close();
          }
          out.closeArray();
          page.next().ifPresent(next -> out.text("cursor", next));
        });
  }

  private static JsonWriter row(JsonWriter out, SessionList.Row row) {
    out.text("session", row.id()).textIfAny("user", row.user());
    if (!row.tags().isEmpty()) {
      out.texts("tags", row.tags());
    }
    return where(out, row.holder(), row.left());
  }

  private static JsonWriter where(JsonWriter out, Optional<Lease> holder, Optional<Duration> left) {
    out.text("state", holder.isPresent() ? "attached" : "detached");
    holder.ifPresent(lease -> out.text("node", lease.owner().node()));
    left.ifPresent(time -> out.number("expiresInSeconds", Math.max(0, time.toSeconds())));
    return out;
  }

  private static void session(Exchange exchange) {
    exchange.query();
    exchange.answer(
        exchange.api().node().inspection().session(exchange.by(), exchange.name("id")),
        Answer::ofRead,
        Sessions::whole);
  }

  private static void whole(JsonWriter out, FoundSession session) {
    out.text("session", session.id()).textIfAny("user", session.user());
    where(out, session.holder(), session.left());
    out.jsons("attributes", session.attributes()).texts("tags", session.tags());
    out.openArray("subscriptions");
    new TreeMap<>(session.subscriptions())
        .forEach((channel, position) -> {
          out.openElement().text("channel", channel);
          position.ifPresent(at -> out.position("position", at));
          if (session.byServer().contains(channel)) {
            out.text("by", "server");
          }
          out.close();
        });
    out.closeArray();
  }
}
