package io.byssus.transport;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who is behind the proxies that we trust. Nobody else's word on it counts. */
final class Proxies {
  private static final Pattern WITH_PORT =
      Pattern.compile("([0-9.]+):\\d{1,5}|\\[([0-9a-fA-F:.]+)](?::\\d{1,5})?");
  private static final List<String> TRACES =
      List.of("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host");

  private final List<Cidr> trusted;

  Proxies(List<Cidr> trusted) {
    this.trusted = trusted;
  }

  boolean trusts(InetAddress address) {
    return trusted.stream().anyMatch(network -> network.contains(address));
  }

  /**
   * The client at the other end of {@code socket}: the last address in X-Forwarded-For that is not
   * a trusted proxy itself. What stands before it was written by the client, who can claim
   * anything.
   */
  InetAddress client(InetAddress socket, HttpHeaders headers) {
    var hops = hops(headers);
    var nearest = nearest(socket, hops);
    return nearest == hops.length ? socket : address(hops[nearest]).orElse(socket);
  }

  private static String[] hops(HttpHeaders headers) {
    return String.join(",", headers.getAll("X-Forwarded-For")).split(",", -1);
  }

  /** Where in {@code hops} the client stands; behind them all: it is {@code socket}. */
  private int nearest(InetAddress socket, String[] hops) {
    var nearest = hops.length;
    var client = socket;
    while (nearest > 0 && trusts(client)) {
      var hop = address(hops[nearest - 1]);
      if (hop.isEmpty()) {
        break;
      }
      client = hop.get();
      nearest--;
    }
    return nearest;
  }

  /**
   * {@code https} only on the word of a trusted proxy: the server itself speaks http. Proxies in a
   * row append to X-Forwarded-Proto as they do to X-Forwarded-For, or leave it as the first of them
   * has set it. If there are as many of both, the scheme is what stands where the client's address
   * does; else the first is the nearest to the client.
   */
  String scheme(InetAddress socket, HttpHeaders headers) {
    if (!trusts(socket)) {
      return "http";
    }
    var schemes = String.join(",", headers.getAll("X-Forwarded-Proto")).split(",", -1);
    var hops = hops(headers);
    var sameHops = schemes.length == hops.length;
    var client = sameHops ? Math.min(nearest(socket, hops), hops.length - 1) : 0;
    return switch (schemes[client].strip().toLowerCase(Locale.ROOT)) {
      case "https", "wss" -> "https";
      default -> "http";
    };
  }

  /**
   * Whether {@code socket} is a proxy that nobody told us to trust: then it is not known who the
   * client is, and that the proxy runs on this machine says nothing.
   */
  boolean unknownClient(InetAddress socket, HttpHeaders headers) {
    return !trusts(socket) && TRACES.stream().anyMatch(headers::contains);
  }

  private static Optional<InetAddress> address(String written) {
    var hop = written.strip();
    var withPort = WITH_PORT.matcher(hop);
    var bare = hop;
    if (withPort.matches()) {
      bare = withPort.group(1) != null ? withPort.group(1) : withPort.group(2);
    }
    var bytes = bare == null ? null : NetUtil.createByteArrayFromIpAddressString(bare);
    try {
      return bytes == null ? Optional.empty() : Optional.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
    }
  }
}
