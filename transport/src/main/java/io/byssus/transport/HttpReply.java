package io.byssus.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;

/**
 * A response whose body is known as a whole. Says nothing about the server that made it.
 *
 * @param headers whole lines, without line ends; length, date and connection are added
 */
record HttpReply(int status, List<String> headers, byte[] body) {
  private static final String TEXT = "Content-Type: text/plain; charset=utf-8";

  /** Plain text that nobody keeps. */
  static HttpReply text(int status, String body) {
    return new HttpReply(
        status,
        List.of(TEXT, "X-Content-Type-Options: nosniff", "Cache-Control: no-store"),
        (body + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** The bare status, in words. */
  static HttpReply status(int status) {
    return text(status, HttpResponseStatus.valueOf(status).reasonPhrase());
  }

  HttpReply with(String header) {
    return new HttpReply(status, Stream.concat(headers.stream(), Stream.of(header)).toList(), body);
  }

  /**
   * @param withBody false for the answer to HEAD
   * @param keepAlive whether the connection serves another request
   */
  ByteBuf bytes(ByteBufAllocator allocator, boolean withBody, boolean keepAlive) {
    var head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(HttpResponseStatus.valueOf(status)).append("\r\n");
    headers.forEach(line -> head.append(line).append("\r\n"));
    if (status != 304) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("Date: ").append(date()).append("\r\n");
    head.append("Connection: ").append(keepAlive ? "keep-alive" : "close").append("\r\n\r\n");
    var bytes = allocator.directBuffer(head.length() + body.length);
    bytes.writeCharSequence(head, StandardCharsets.US_ASCII);
    return withBody ? bytes.writeBytes(body) : bytes;
  }

  private static String date() {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
  }
}
