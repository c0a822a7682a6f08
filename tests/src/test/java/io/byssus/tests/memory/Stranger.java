package io.byssus.tests.memory;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** A connection that sends whatever it likes, reads only when it is told to, and never pings. */
final class Stranger implements AutoCloseable {
  private static final int TEXT = 0x81;
  private static final int PONG = 0x8A;
  private static final int PATIENCE_MS = 10_000;
  private static final byte[] MASK = {1, 2, 3, 4};

  private final Socket socket = new Socket();
  private final InputStream in;
  private String session = "";
  private String resume = "";

  private Stranger(int port) throws IOException {
    socket.setReceiveBufferSize(4 << 10);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MS);
    socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
    in = socket.getInputStream();
  }

  /** Only the TCP connection. */
  static Stranger at(int port) throws IOException {
    return new Stranger(port);
  }

  /** A WebSocket. */
  static Stranger open(int port, String path, String... headers) throws IOException {
    var stranger = new Stranger(port);
    try {
      stranger.handshake(path, headers);
      return stranger;
    } catch (IOException refused) {
      stranger.close();
      throw refused;
    }
  }

  /** A WebSocket with a session. */
  static Stranger connected(int port, String... fields) throws IOException {
    var stranger = open(port, "/ws");
    try {
      stranger.connect(fields);
      return stranger;
    } catch (IOException refused) {
      stranger.close();
      throw refused;
    }
  }

  private void handshake(String path, String... headers) throws IOException {
    raw(
        "GET "
            + path
            + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + String.join("", headers)
            + "\r\n");
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) readByte());
    }
    if (!head.toString().startsWith("HTTP/1.1 101")) {
      throw new IOException("refused: " + head.toString().lines().findFirst().orElse(""));
    }
  }

  /**
   * @param fields more of the connect, as JSON members
   */
  void connect(String... fields) throws IOException {
    var more = fields.length == 0 ? "" : "," + String.join(",", fields);
    text("{\"type\":\"connect\",\"id\":1" + more + "}");
    var answer = await("\"id\":1");
    if (!answer.startsWith("{\"type\":\"connected\"")) {
      throw new IOException("refused: " + answer);
    }
    session = field(answer, "session");
    resume = field(answer, "resume");
  }

  String session() {
    return session;
  }

  /** What the next connect needs to have this session. */
  String secret() {
    return "\"session\":\"" + session + "\",\"resume\":\"" + resume + "\"";
  }

  private static String field(String json, String name) {
    var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  void raw(String ascii) throws IOException {
    raw(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  void raw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void text(String message) throws IOException {
    raw(frame(TEXT, message.getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] frame(int first, byte[] payload) {
    var out = new ByteArrayOutputStream(payload.length + 16);
    out.write(first);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else if (payload.length < 1 << 16) {
      out.write(0x80 | 126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    } else {
      throw new IllegalArgumentException("no stranger sends so long a frame");
    }
    out.writeBytes(MASK);
    for (var i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ MASK[i % 4]);
    }
    return out.toByteArray();
  }

  /** The next text with {@code part} in it; pings are answered meanwhile. */
  String await(String part) throws IOException {
    while (true) {
      var text = read();
      if (text.contains(part)) {
        return text;
      }
    }
  }

  /** The next text; pings are answered meanwhile. */
  String read() throws IOException {
    while (true) {
      var first = readByte();
      long length = readByte();
      if (length >= 126) {
        var digits = length == 126 ? 2 : 8;
        length = 0;
        for (var i = 0; i < digits; i++) {
          length = length << 8 | readByte();
        }
      }
      var payload = in.readNBytes((int) length);
      switch (first) {
        case TEXT -> {
          return new String(payload, StandardCharsets.UTF_8);
        }
        case 0x89 -> raw(frame(PONG, payload));
        case 0x88 -> throw new EOFException("closed: " + code(payload));
        default -> {}
      }
    }
  }

  private static int code(byte[] payload) {
    return payload.length < 2 ? 0 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
  }

  private int readByte() throws IOException {
    var read = in.read();
    if (read < 0) {
      throw new EOFException("the server has closed");
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
