package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client that sends whatever bytes it is told to, and reads what comes. */
final class RawClient implements AutoCloseable {
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  private final Socket socket = new Socket();
  private final InputStream in;

  RawClient(InetSocketAddress server) throws IOException {
    this(server, null);
  }

  /**
   * @param from the address to come from, null for any
   */
  RawClient(InetSocketAddress server, InetAddress from) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(5_000);
    if (from != null) {
      socket.bind(new InetSocketAddress(from, 0));
    }
    socket.connect(server, 5_000);
    in = socket.getInputStream();
  }

  // Sending.

  RawClient send(byte... bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  RawClient send(String ascii) throws IOException {
    return send(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The opening handshake, without the empty line at its end. */
  static String handshake(String path, String... headers) {
    var lines = new ArrayList<String>();
    lines.add("GET " + path + " HTTP/1.1");
    lines.add("Host: byssus.test");
    lines.add("Upgrade: websocket");
    lines.add("Connection: Upgrade");
    lines.add("Sec-WebSocket-Key: " + KEY);
    lines.add("Sec-WebSocket-Version: 13");
    lines.addAll(List.of(headers));
    return String.join("\r\n", lines) + "\r\n";
  }

  /** Becomes a WebSocket. */
  RawClient open(String path, String... headers) throws IOException {
    send(handshake(path, headers) + "\r\n");
    assertThat(response().status()).isEqualTo(101);
    return this;
  }

  /** A frame with a mask; {@code first} is FIN, the reserved bits and the opcode. */
  static byte[] frame(int first, byte[] payload) {
    var out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else if (payload.length < 65_536) {
      out.write(0x80 | 126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    } else {
      out.write(0x80 | 127);
      for (var shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) payload.length >> shift));
      }
    }
    byte[] mask = {0x11, 0x22, 0x33, 0x44};
    out.writeBytes(mask);
    for (var i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ mask[i % 4]);
    }
    return out.toByteArray();
  }

  RawClient frame(int first, String payload) throws IOException {
    return send(frame(first, payload.getBytes(StandardCharsets.UTF_8)));
  }

  RawClient text(String payload) throws IOException {
    return frame(0x81, payload);
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes such that the server's kernel hears of it by a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  // Reading.

  record Response(int status, List<String> headers, String body) {
    String header(String name) {
      return headers.stream()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  /** A response to anything but HEAD. */
  Response response() throws IOException {
    var head = head();
    var length = head.header("Content-Length");
    var body = length.isEmpty() ? new byte[0] : read(Integer.parseInt(length));
    return new Response(head.status(), head.headers(), new String(body, StandardCharsets.UTF_8));
  }

  /** A response without its body. */
  Response head() throws IOException {
    var lines = new ArrayList<String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      lines.add(line);
    }
    return new Response(
        Integer.parseInt(lines.getFirst().substring(9, 12)), lines.subList(1, lines.size()), "");
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (var b = read(1)[0]; b != '\n'; b = read(1)[0]) {
      line.append((char) b);
    }
    return line.toString().strip();
  }

  byte[] read(int length) throws IOException {
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the server has closed");
    }
    return bytes;
  }

  record Frame(int first, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int closeCode() {
      assertThat(first).isEqualTo(0x88);
      return payload.length == 0 ? 0 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }

    String closeReason() {
      return new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  Frame frame() throws IOException {
    var first = read(1)[0] & 0xFF;
    long length = read(1)[0] & 0xFF;
    assertThat(length).as("a server's frame is not masked").isLessThan(128);
    if (length >= 126) {
      var extended = read(length == 126 ? 2 : 8);
      length = 0;
      for (var b : extended) {
        length = length << 8 | b & 0xFF;
      }
    }
    return new Frame(first, read((int) length));
  }

  /** That the next frame closes with {@code code}, and that nothing but the end follows. */
  void assertClosedWith(int code) throws IOException {
    var frame = frame();
    assertThat(frame.closeCode()).isEqualTo(code);
    assertThat(frame.payload().length).isLessThanOrEqualTo(125);
    assertEnded();
  }

  /** That nothing comes but the end of the connection. */
  void assertEnded() throws IOException {
    try {
      assertThat(in.readAllBytes()).isEmpty();
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
  }

  /** That no more than {@code max} responses come before the end. */
  void assertAtMost(int max) throws IOException {
    var rest = new String(readToTheEnd(), StandardCharsets.ISO_8859_1);
    assertThat(rest.split("HTTP/1.1 ", -1).length - 1).isLessThanOrEqualTo(max);
  }

  private byte[] readToTheEnd() throws IOException {
    try {
      return in.readAllBytes();
    } catch (SocketException reset) {
      return new byte[0];
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
