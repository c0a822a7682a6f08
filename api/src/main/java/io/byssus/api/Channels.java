package io.byssus.api;

import io.byssus.core.channel.ChannelList;
import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Operations;
import io.byssus.core.operations.Right;
import java.util.List;

/** What there is to know of one channel. */
final class Channels {
  private static final int ITEMS_MAX = 1_000;
  private static final int ROWS = 100;

  private Channels() {}

  static List<Endpoint> endpoints(String base) {
    var channel = base + "/channels/{channel}";
    return List.of(
        Endpoint.of("GET", base + "/channels", Right.CHANNELS_READ, Channels::list),
        Endpoint.of("GET", channel, Right.CHANNELS_READ, Channels::channel),
        Endpoint.of("GET", channel + "/history", Right.HISTORY, Channels::history),
        Endpoint.of("GET", channel + "/presence", Right.PRESENCE, Channels::presence),
        Endpoint.of("GET", channel + "/watch", Right.WATCH, WatchStream::serve));
  }

  private static void list(Exchange exchange) {
    var query = exchange.query("prefix", "limit", "cursor");
    exchange.answer(
        exchange
            .api()
            .node()
            .inspection()
            .channels(
                exchange.by(),
                query.text("prefix").orElse(""),
                query.text("cursor").orElse(ChannelList.START),
                query.count("limit", ChannelList.ROWS_MAX, ROWS)),
        Answer::ofRead,
        (out, page) -> {
          out.openArray("channels");
          for (var row : page.channels()) {
            out.openElement().text("channel", row.name()).position("top", row.top()).close();
          }
          out.closeArray();
          page.next().ifPresent(next -> out.text("cursor", next));
        });
  }

  private static void channel(Exchange exchange) {
    exchange.query();
    var name = exchange.name("channel");
    exchange.answer(
        operations(exchange).channel(exchange.by(), name),
        Answer::ofRead,
        (out, channel) -> {
          out.text("channel", name);
          channel.top().ifPresent(top -> out.position("top", top));
          channel.present().ifPresent(present -> out.number("present", present));
          out.number("historySize", channel.retention().size());
          out.number("historySeconds", channel.retention().age().toSeconds());
        });
  }

  private static void history(Exchange exchange) {
    var query = exchange.query("after", "limit");
    var limit = query.count("limit", ITEMS_MAX, Operations.HISTORY_ITEMS);
    var after = query.position("after");
    var operations = operations(exchange);
    var name = exchange.name("channel");
    exchange.answer(
        operations.history(exchange.by(), name, after, operations.historyPage(limit)),
        Answer::ofRead,
        (out, page) -> Replies.history(out.text("channel", name), page));
  }

  private static void presence(Exchange exchange) {
    exchange.query();
    var operations = operations(exchange);
    var name = exchange.name("channel");
    exchange.answer(
        operations.presence(exchange.by(), name, operations.presencePage()),
        Answer::ofRead,
        (out, page) -> Replies.presence(out.text("channel", name), page));
  }

  private static Operations operations(Exchange exchange) {
    return exchange.api().node().operations();
  }
}
