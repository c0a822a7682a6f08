package io.byssus.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;

/** The server's part of the opening handshake (RFC 6455 section 4.2), apart from who is asking. */
sealed interface Handshake {
  /** The native protocol; also spoken to clients that ask for none. */
  String JSON_SUBPROTOCOL = "byssus.v1.json";

  /**
   * @param response the whole 101 response
   * @param deflate whether permessage-deflate was agreed on
   */
  record Accepted(byte[] response, boolean deflate) implements Handshake {}

  record Refused(HttpReply reply) implements Handshake {}

  /**
   * @param offerDeflate whether to agree to permessage-deflate
   */
  static Handshake judge(HttpRequest request, boolean offerDeflate) {
    var headers = request.headers();
    if (!listed(headers, HttpHeaderNames.UPGRADE, "websocket")) {
      return new Refused(HttpReply.status(426).with("Upgrade: websocket"));
    }
    if (!request.method().equals(HttpMethod.GET)
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return bad("a WebSocket handshake needs GET and HTTP/1.1");
    }
    if (!listed(headers, HttpHeaderNames.CONNECTION, "upgrade")) {
      return bad(
          "the Connection header must contain Upgrade. Does a proxy in between drop it or use"
              + " HTTP/1.0?");
    }
    var versions = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    if (versions.size() != 1 || !versions.getFirst().equals("13")) {
      return new Refused(
          HttpReply.status(426).with("Upgrade: websocket").with("Sec-WebSocket-Version: 13"));
    }
    var keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      return bad("exactly one Sec-WebSocket-Key with 16 bytes in base64 is required");
    }
    var deflate =
        offerDeflate
            ? DeflateOffer.answer(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS))
            : Optional.<String>empty();
    var subprotocol = listed(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, JSON_SUBPROTOCOL);
    return new Accepted(response(keys.getFirst(), subprotocol, deflate), deflate.isPresent());
  }

  private static Refused bad(String why) {
    return new Refused(HttpReply.text(400, "Bad Request: " + why));
  }

  private static byte[] response(String key, boolean subprotocol, Optional<String> extension) {
    var response = new StringBuilder(256);
    response.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
    response.append("Connection: Upgrade\r\nSec-WebSocket-Accept: ").append(accept(key));
    if (subprotocol) {
      response.append("\r\nSec-WebSocket-Protocol: ").append(JSON_SUBPROTOCOL);
    }
    extension.ifPresent(e -> response.append("\r\nSec-WebSocket-Extensions: ").append(e));
    return response.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static String accept(String key) {
    var salted = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(salted));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  /** Sixteen bytes in Base64. */
  private static boolean isKey(String key) {
    try {
      return key.length() == 24 && Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether {@code token} stands, in any case, in the comma-separated lists of that name. */
  private static boolean listed(HttpHeaders headers, CharSequence name, String token) {
    return headers.getAll(name).stream()
        .flatMap(list -> Stream.of(list.split(",")))
        .anyMatch(entry -> entry.strip().equalsIgnoreCase(token));
  }
}
