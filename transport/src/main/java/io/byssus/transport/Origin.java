package io.byssus.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a page comes from (RFC 6454 section 6), as the text that is compared: in small letters, and
 * without a port that its scheme has anyway. A host that merely ends alike, or another port, is
 * another origin. Java's URI is of no use here: it knows no host with an underscore.
 */
record Origin(String text) {
  /** What a browser says for a page that has none: a sandboxed frame, or a data URL. */
  private static final Origin NONE = new Origin("null");

  private static final Pattern TRIPLE =
      Pattern.compile(
          "([a-z][a-z0-9+.-]*)://([!$&'()*+;=%a-z0-9._~-]*|\\[[0-9a-f.]*:[0-9a-f:.]*])(?::(\\d{0,5}))?");
  private static final Pattern IPV4_LOOPBACK =
      Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  private static final int PORT_MAX = 65_535;

  /** Empty if {@code text} is none. */
  static Optional<Origin> of(String text) {
    var small = text.toLowerCase(Locale.ROOT);
    if (small.equals(NONE.text)) {
      return Optional.of(NONE);
    }
    var parts = TRIPLE.matcher(small);
    if (!parts.matches()) {
      return Optional.empty();
    }
    var scheme = parts.group(1);
    var host = host(parts.group(2));
    var port = parts.group(3) == null ? "" : parts.group(3);
    var noHost = host.isEmpty() && (defaultPort(scheme) >= 0 || !port.isEmpty());
    var noPort = !port.isEmpty() && Integer.parseInt(port) > PORT_MAX;
    if (noHost || noPort || host.equals("[]")) {
      return Optional.empty();
    }
    return Optional.of(new Origin(scheme + "://" + host + port(scheme, port)));
  }

  /** An IPv6 address as browsers write it (RFC 5952); {@code []} if it is none. */
  private static String host(String host) {
    if (!host.startsWith("[")) {
      return host;
    }
    return address(host).map(address -> '[' + NetUtil.toAddressString(address) + ']').orElse("[]");
  }

  private static Optional<InetAddress> address(String bracketed) {
    try {
      var literal = bracketed.substring(1, bracketed.length() - 1);
      return Optional.of(InetAddress.ofLiteral(literal));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String port(String scheme, String given) {
    if (given.isEmpty() || Integer.parseInt(given) == defaultPort(scheme)) {
      return "";
    }
    return ":" + Integer.parseInt(given);
  }

  /** Negative: the scheme has none. */
  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "http", "ws" -> 80;
      case "https", "wss" -> 443;
      default -> -1;
    };
  }

  /** Whether the page was loaded from this machine. */
  boolean loopback() {
    var rest = text.substring(text.indexOf("://") + 3);
    if (rest.startsWith("[")) {
      var bracketed = rest.substring(0, rest.indexOf(']') + 1);
      return address(bracketed).filter(InetAddress::isLoopbackAddress).isPresent();
    }
    var colon = rest.indexOf(':');
    var host = colon < 0 ? rest : rest.substring(0, colon);
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || IPV4_LOOPBACK.matcher(host).matches();
  }
}
