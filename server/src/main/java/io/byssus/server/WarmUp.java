package io.byssus.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The first client of a node, which is the process itself: asks for every page and holds a short
 * conversation. A recording of such a start has what each start and each first client needs.
 */
final class WarmUp {
  private static final int TIMEOUT_MS = 5_000;
  private static final int FIN_TEXT = 0x81;
  private static final int MASKED = 0x80;
  private static final int SHORT_MAX = 125;

  private WarmUp() {}

  /** Throws IOException if nothing answers there. */
  static void to(InetSocketAddress address, InetSocketAddress api) throws IOException {
    for (var path : new String[] {"/", "/health/ready"}) {
      get(address, path);
    }
    for (var path : new String[] {"/metrics", "/api/v1/nodes"}) {
      get(api, path);
    }
    converse(address);
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    var host =
        address.getAddress().isAnyLocalAddress()
            ? InetAddress.getLoopbackAddress()
            : address.getAddress();
    var socket = new Socket();
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(host, address.getPort()), TIMEOUT_MS);
    return socket;
  }

  private static void get(InetSocketAddress address, String path) throws IOException {
    try (var socket = connect(address)) {
      request(socket, path, "Connection: close\r\n");
      socket.getInputStream().readAllBytes();
    }
  }

  private static void request(Socket socket, String path, String headers) throws IOException {
    var request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  private static void converse(InetSocketAddress address) {
    try (var socket = connect(address)) {
      request(
          socket,
          "/ws",
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
      hear(socket, "\r\n\r\n");
      ask(socket, 1, "{\"type\":\"connect\",\"id\":1}");
      ask(socket, 2, "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"first\"}");
      ask(socket, 3, "{\"type\":\"publish\",\"id\":3,\"channel\":\"first\",\"data\":{\"a\":1}}");
    } catch (IOException e) {
      // Refused, as this configuration may have it. That too is an answer.
    }
  }

  private static void ask(Socket socket, int id, String command) throws IOException {
    send(socket.getOutputStream(), command.getBytes(StandardCharsets.UTF_8));
    hear(socket, "\"id\":" + id);
  }

  /** As one text frame, masked with zeros (RFC 6455 section 5.2). */
  private static void send(OutputStream out, byte[] text) throws IOException {
    if (text.length > SHORT_MAX) {
      throw new IllegalArgumentException("too long for a short frame");
    }
    var frame = new ByteArrayOutputStream();
    frame.write(FIN_TEXT);
    frame.write(MASKED | text.length);
    frame.write(new byte[4], 0, 4);
    frame.write(text, 0, text.length);
    frame.writeTo(out);
  }

  private static void hear(Socket socket, String awaited) throws IOException {
    var heard = new StringBuilder();
    while (heard.indexOf(awaited) < 0) {
      var next = socket.getInputStream().read();
      if (next < 0) {
        return;
      }
      heard.append((char) next);
    }
  }
}
