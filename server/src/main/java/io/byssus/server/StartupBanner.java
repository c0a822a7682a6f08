package io.byssus.server;

import io.byssus.server.log.LogEvent;
import io.byssus.server.settings.Config;
import io.byssus.server.settings.LogConfig;
import io.byssus.tools.Terminal;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The first words of a node: where it is, and who may come. */
record StartupBanner(Config config, Server server, Terminal terminal) {
  void say() {
    if (config.log().format() == LogConfig.Format.JSON) {
      LogEvent.info(LoggerFactory.getLogger("io.byssus.node"), "started")
          .with("url", url("http", "/"))
          .with("engine", config.engine())
          .with("clients", String.join(" ", who()))
          .with("api", apiUrl("/api/v1"))
          .say("serves {url} on the engine {engine}. {clients} {api}");
      return;
    }
    terminal.say("");
    terminal.say(
        "  "
            + terminal.bold("Byssus")
            + terminal.dim(
                "   node %s · engine %s · %s"
                    .formatted(server.owner().node(), config.engine(), server.footing())));
    terminal.say("");
    if (config.demo().enabled()) {
      terminal.say("  Demo               " + terminal.bold(url("http", "/")));
    }
    terminal.say("  WebSocket          " + terminal.bold(url("ws", "/ws")));
    server
        .deviceAddress()
        .ifPresent(at ->
            terminal.say(
                "  Devices over TCP   "
                    + terminal.bold(
                        "tcp://" + bracketed(config.devices().tcp().host()) + ":" + at.getPort())));
    terminal.say("  HTTP API           " + terminal.bold(apiUrl("/api/v1")));
    terminal.say("  Metrics            " + terminal.bold(apiUrl("/metrics")));
    terminal.say("");
    who().forEach(line -> terminal.say("  " + line));
    terminal.say("");
  }

  private String apiUrl(String path) {
    var at = server.apiAddress();
    var host = at.getAddress();
    var shown =
        host.isAnyLocalAddress() || host.isLoopbackAddress() && !(host instanceof Inet6Address)
            ? "localhost"
            : bracketed(config.api().settings().host());
    return "http://" + shown + ":" + at.getPort() + path;
  }

  private String url(String scheme, String path) {
    return scheme + "://" + host() + ":" + server.address().getPort() + path;
  }

  /** As a browser on this machine would say it. */
  private String host() {
    InetAddress address = server.address().getAddress();
    if (address.isLoopbackAddress() && address instanceof Inet6Address) {
      return "[::1]"; // the name may mean 127.0.0.1 alone
    }
    if (address.isAnyLocalAddress() || address.isLoopbackAddress()) {
      return "localhost";
    }
    return bracketed(config.listen().host());
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private List<String> who() {
    var lines = new ArrayList<>(clients());
    if (!server.apiServes()) {
      lines.add("The HTTP API serves only metrics and health: it listens beyond this machine and");
      lines.add("has no keys. Make one with ./byssus key, and set api.keys-file.");
    }
    return lines;
  }

  private List<String> clients() {
    var tokens = config.auth().takesTokens();
    return switch (config.auth().anonymous()) {
      case LOCAL ->
          tokens
              ? List.of("Clients need a token, except on this machine.")
              : List.of(
                  "Only clients on this machine may connect without a token. To admit others, set",
                  "auth.jwt.secret (clients with a token) or auth.anonymous=everyone.");
      case EVERYONE -> List.of("Anyone may connect, with or without a token.");
      case NOBODY -> List.of("Clients need a token.");
    };
  }
}
