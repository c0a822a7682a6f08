package io.byssus.server.transport;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which pages may open a WebSocket here (RFC 6455 section 10.2): those of the server itself and
 * those that are listed. Browsers send a page's Origin and cannot be made to lie about it; other
 * clients send none.
 */
public final class Origins {
  private static final String ANY = "*";

  private final boolean any;
  private final Set<Origin> listed;

  Origins(List<String> allowed) {
    any = allowed.contains(ANY);
    listed =
        allowed.stream()
            .filter(origin -> !origin.equals(ANY))
            .map(text ->
                Origin.of(text)
                    .orElseThrow(() ->
                        new IllegalArgumentException(
                            "not an origin (scheme://host[:port]): " + text)))
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * @param header the values of all Origin headers
   * @param scheme with which the server was reached
   * @param host the Host header
   */
  boolean allows(List<String> header, String scheme, String host) {
    if (header.isEmpty()) {
      return true;
    }
    if (header.size() > 1) {
      return false;
    }
    var origin = Origin.of(header.getFirst());
    return origin.isPresent()
        && (any
            || listed.contains(origin.get())
            || origin.equals(Origin.of(scheme + "://" + host)));
  }

  /** Whether {@code text} can be listed. */
  public static boolean valid(String text) {
    return text.equals(ANY) || Origin.of(text).isPresent();
  }

  /** Whether the page was loaded from this machine, or there is none. */
  static boolean local(List<String> header) {
    return header.stream().allMatch(text -> Origin.of(text).filter(Origin::loopback).isPresent());
  }

  /** Compared as a whole: a host that merely ends alike, or another port, is another origin. */
  private record Origin(String scheme, String host, int port) {
    static Optional<Origin> of(String text) {
      try {
        var uri = new URI(text);
        var bare =
            uri.getRawPath().isEmpty()
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
        if (!bare || uri.getScheme() == null || uri.getHost() == null) {
          return Optional.empty();
        }
        var scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        var host = uri.getHost().toLowerCase(Locale.ROOT);
        return Optional.of(new Origin(scheme, host, port(scheme, uri.getPort())));
      } catch (URISyntaxException e) {
        return Optional.empty();
      }
    }

    private static int port(String scheme, int given) {
      if (given >= 0) {
        return given;
      }
      return scheme.equals("https") ? 443 : 80;
    }

    boolean loopback() {
      return host.equals("localhost")
          || host.endsWith(".localhost")
          || host.equals("[::1]")
          || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }
  }
}
