package io.byssus.transport;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Optional;

/**
 * What any request must satisfy before somebody looks at what it asks for. Nothing here takes a
 * body, so whatever announces one is refused: two parties that disagree on where a body ends are
 * how requests are smuggled (RFC 9112 section 11.2).
 */
final class RequestRules {
  private RequestRules() {}

  /** What is wrong with {@code request}; the connection does not outlive it. */
  static Optional<HttpReply> refuse(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return refusal(statusOf(request.decoderResult().cause()));
    }
    var version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return refusal(505);
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      return Optional.of(HttpReply.status(405).with("Allow: GET, HEAD"));
    }
    return announcesBody(request) || !plainTarget(request.uri()) || !oneHost(request)
        ? refusal(400)
        : Optional.empty();
  }

  private static Optional<HttpReply> refusal(int status) {
    return Optional.of(HttpReply.status(status));
  }

  private static int statusOf(Throwable failure) {
    return switch (failure) {
      case TooLongHttpLineException _ -> 414;
      case TooLongHttpHeaderException _ -> 431;
      default -> 400;
    };
  }

  private static boolean announcesBody(HttpRequest request) {
    var headers = request.headers();
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || headers.getAll(HttpHeaderNames.CONTENT_LENGTH).stream()
            .anyMatch(length -> !length.equals("0"));
  }

  /** A path and perhaps a query, in visible ASCII. */
  private static boolean plainTarget(String uri) {
    return uri.startsWith("/") && uri.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '#');
  }

  private static boolean oneHost(HttpRequest request) {
    var hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
    return hosts == 1 || hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }
}
