package io.byssus.server.settings;

import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Problem;
import io.byssus.transport.Cidr;
import io.byssus.transport.Origins;
import io.byssus.transport.Transport;
import java.util.List;

/** The group listen: where the node listens, and for whom. */
public record ListenConfig(
    String host,
    int port,
    int backlog,
    Transport transport,
    List<String> allowedOrigins,
    List<Cidr> trustedProxies) {
  static ListenConfig read(Group in) {
    return new ListenConfig(
        bare(
            in.key(
                    "host",
                    "The address to listen on; 0.0.0.0 is every IPv4 address of this machine, ::"
                        + " every address of IPv4 and IPv6.")
                .or("BYSSUS_HOST")
                .text("0.0.0.0", 1, 255)),
        in.key("port", "The port for clients: WebSocket, health, demo. 0 takes any free one.")
            .or("BYSSUS_PORT")
            .count(8080, 0, 65_535, ""),
        in.key("backlog", "Connections that the kernel keeps until they are accepted.")
            .count(4096, 1, 65_535, "connections"),
        in.key(
                "transport",
                "How to talk to the kernel: epoll, io-uring (newer Linux, cheaper under load) or"
                    + " nio (everywhere). Where it does not work, nio is taken.")
            .oneOf(Transport.EPOLL),
        in.key(
                "allowed-origins",
                "Origins (scheme://host or scheme://host:port) of pages that may open a WebSocket"
                    + " besides those that the node serves itself; null is that of sandboxed"
                    + " frames and of files, * is any. Others get 403.")
            .list(1000, "origins"),
        in.key(
                "trusted-proxies",
                "Networks (10.0.0.0/8) of the proxies whose X-Forwarded-For and X-Forwarded-Proto"
                    + " are believed.")
            .listOf(new NetworksType(), 1000, "networks"));
  }

  void check(Constraints rules) {
    for (var origin : allowedOrigins) {
      rules.require(
          Origins.valid(origin),
          Problem.quoted(origin) + ": expected scheme://host, scheme://host:port, null or *",
          "listen.allowed-origins");
    }
  }

  /** An IPv6 address may be written as in a URL. */
  static String bare(String written) {
    return written.startsWith("[") && written.endsWith("]")
        ? written.substring(1, written.length() - 1)
        : written;
  }
}
