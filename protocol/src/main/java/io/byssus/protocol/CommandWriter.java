package io.byssus.protocol;

import io.byssus.protocol.Command.AckChannel;
import io.byssus.protocol.Command.AckInbox;
import io.byssus.protocol.Command.Connect;
import io.byssus.protocol.Command.End;
import io.byssus.protocol.Command.GetAttributes;
import io.byssus.protocol.Command.GetHistory;
import io.byssus.protocol.Command.GetPresence;
import io.byssus.protocol.Command.Ping;
import io.byssus.protocol.Command.Pong;
import io.byssus.protocol.Command.Publish;
import io.byssus.protocol.Command.Send;
import io.byssus.protocol.Command.SetAttributes;
import io.byssus.protocol.Command.Subscribe;
import io.byssus.protocol.Command.Unsubscribe;

/** Writes commands, for clients. Java 17 has no switch over types: a test holds this complete. */
final class CommandWriter {
  private CommandWriter() {}

  static byte[] write(Command command) {
    if (command instanceof Publish publish) {
      return publish(publish);
    }
    if (command instanceof AckInbox ack) {
      return JsonWriter.message("ack", ack.id()).number("offset", ack.offset()).end();
    }
    if (command instanceof AckChannel ack) {
      return JsonWriter.message("ack", ack.id())
          .text("channel", ack.channel())
          .position("position", ack.position())
          .end();
    }
    if (command instanceof Connect connect) {
      return connect(connect);
    }
    if (command instanceof Subscribe subscribe) {
      var out = JsonWriter.message("subscribe", subscribe.id());
      out.text("channel", subscribe.channel());
      subscribe.position().ifPresent(position -> out.position("position", position));
      return out.end();
    }
    if (command instanceof Unsubscribe unsubscribe) {
      return JsonWriter.message("unsubscribe", unsubscribe.id())
          .text("channel", unsubscribe.channel())
          .end();
    }
    if (command instanceof Send send) {
      return send(send);
    }
    if (command instanceof SetAttributes set) {
      return set(set);
    }
    if (command instanceof GetAttributes get) {
      return JsonWriter.message("get", get.id()).end();
    }
    if (command instanceof GetPresence presence) {
      return JsonWriter.message("presence", presence.id())
          .text("channel", presence.channel())
          .end();
    }
    if (command instanceof GetHistory history) {
      var out = JsonWriter.message("history", history.id()).text("channel", history.channel());
      history.after().ifPresent(position -> out.position("after", position));
      return out.numberIfAny("limit", history.limit()).end();
    }
    if (command instanceof End end) {
      return JsonWriter.message("end", end.id()).end();
    }
    if (command instanceof Ping ping) {
      return JsonWriter.message(ping.upperCase() ? "PING" : "ping", ping.id()).end();
    }
    if (command instanceof Pong pong) {
      return JsonWriter.message("pong", pong.id()).end();
    }
    throw new AssertionError("no way to write " + command.getClass());
  }

  private static byte[] connect(Connect connect) {
    var out = JsonWriter.message("connect", connect.id());
    out.textIfAny("token", connect.token());
    connect
        .resume()
        .ifPresent(resume -> out.text("session", resume.session()).text("resume", resume.token()));
    if (!connect.tags().isEmpty()) {
      out.texts("tags", connect.tags());
    }
    if (!connect.attributes().isEmpty()) {
      out.jsons("attributes", connect.attributes());
    }
    if (!connect.positions().isEmpty()) {
      out.positions("positions", connect.positions());
    }
    connect.inbox().ifPresent(offset -> out.number("inbox", offset));
    if (connect.batch()) {
      out.flag("batch", true);
    }
    if (connect.heartbeatSeconds() != 0) {
      out.open("heartbeat").number("interval", connect.heartbeatSeconds()).close();
    }
    return out.end();
  }

  private static byte[] publish(Publish publish) {
    var out =
        JsonWriter.message("publish", publish.id(), publish.data().bytes())
            .text("channel", publish.channel())
            .json("data", publish.data())
            .textIfAny("dedupe", publish.dedupe());
    if (publish.durability() != Durability.ACCEPTED) {
      out.text("durability", publish.durability().wire());
    }
    return out.end();
  }

  private static byte[] send(Send send) {
    var out = JsonWriter.message("send", send.id(), send.data().bytes()).open("to");
    if (send.to() instanceof Target.ToSession to) {
      out.text("session", to.session());
    } else if (send.to() instanceof Target.ToUser to) {
      out.text("user", to.user());
    } else if (send.to() instanceof Target.ToTag to) {
      out.text("tag", to.tag());
    }
    return out.close().json("data", send.data()).textIfAny("dedupe", send.dedupe()).end();
  }

  private static byte[] set(SetAttributes set) {
    var out = JsonWriter.message("set", set.id());
    if (!set.attributes().isEmpty() || set.tags().isEmpty()) {
      out.jsons("attributes", set.attributes());
    }
    set.tags().ifPresent(tags -> out.texts("tags", tags));
    return out.end();
  }
}
