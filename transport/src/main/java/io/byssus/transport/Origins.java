package io.byssus.transport;

import java.util.List;
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
   * @param own that of our own pages, as {@link #own} tells it
   */
  boolean allows(List<String> header, String own) {
    if (header.isEmpty()) {
      return true;
    }
    if (header.size() > 1) {
      return false;
    }
    // Any, whatever it is: some clients that are no browser send texts of their own.
    return any || names(header, own);
  }

  /**
   * Whether a page opens the socket that is one of our own or listed by name: a browser adds the
   * cookies of its user to whatever page asks.
   *
   * @param header the values of all Origin headers
   * @param own that of our own pages
   */
  boolean names(List<String> header, String own) {
    if (header.size() != 1) {
      return false;
    }
    var origin = Origin.of(header.getFirst());
    return origin.isPresent() && (listed.contains(origin.get()) || origin.equals(Origin.of(own)));
  }

  /**
   * The origin of the pages that this server shows to whoever asks it so.
   *
   * @param scheme with which the server was reached
   * @param host the Host header
   */
  static String own(String scheme, String host) {
    return scheme + "://" + host;
  }

  /** Whether {@code text} can be listed. */
  public static boolean valid(String text) {
    return text.equals(ANY) || Origin.of(text).isPresent();
  }

  /** Whether the page was loaded from this machine, or there is none. */
  static boolean local(List<String> header) {
    return header.stream()
        .map(Origin::of)
        .allMatch(page -> page.filter(Origin::loopback).isPresent());
  }
}
