package io.byssus.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The token that a client shows in the handshake, for those who cannot say it in connect: a program
 * in Authorization (RFC 6750 section 2.1), a page in a cookie or, as browsers let it choose nothing
 * else, in a subprotocol. Of each there must be one: of two nobody knows whose the other is.
 */
final class HandshakeToken {
  /** The entry of Sec-WebSocket-Protocol that is no protocol. It is never agreed on. */
  static final String SUBPROTOCOL = "byssus.token.";

  private static final String BEARER = "Bearer ";

  private HandshakeToken() {}

  /**
   * @param cookie that counts; empty: none does, as none is named, or the page is not one of ours
   * @return empty if there is none
   */
  static String of(HttpHeaders headers, Optional<String> cookie) {
    var bearer = bearer(headers);
    if (!bearer.isEmpty()) {
      return bearer;
    }
    var inCookie = cookie.map(name -> cookie(headers, name)).orElse("");
    return inCookie.isEmpty() ? subprotocol(headers) : inCookie;
  }

  /** The one in Authorization alone. */
  static String bearer(HttpHeaders headers) {
    var given = headers.getAll(HttpHeaderNames.AUTHORIZATION);
    var one = given.size() == 1 ? given.getFirst() : "";
    return one.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? one.substring(BEARER.length()).strip()
        : "";
  }

  private static String cookie(HttpHeaders headers, String name) {
    return only(entries(headers.getAll(HttpHeaderNames.COOKIE), ";"), name + "=");
  }

  private static String subprotocol(HttpHeaders headers) {
    return only(entries(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL), ","), SUBPROTOCOL);
  }

  private static Stream<String> entries(List<String> values, String between) {
    return values.stream().flatMap(list -> Stream.of(list.split(between))).map(String::strip);
  }

  /** What follows {@code prefix} in the only entry that begins so. */
  private static String only(Stream<String> entries, String prefix) {
    var found =
        entries
            .filter(entry -> entry.startsWith(prefix))
            .map(entry -> entry.substring(prefix.length()))
            .toList();
    return found.size() == 1 ? found.getFirst() : "";
  }
}
