package io.byssus.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client of HTTP/1.1 that sends what it is told, right or wrong: one request a connection. */
record Http(InetSocketAddress address) {
  static final String JSON = "application/json";

  private static final int CONTINUE = 100;

  record Reply(int status, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  Reply get(String path, String... headers) throws IOException {
    return send("GET", path, "", headers);
  }

  Reply post(String path, String json, String... headers) throws IOException {
    var more = new String[headers.length + 2];
    more[0] = "Content-Type";
    more[1] = JSON;
    System.arraycopy(headers, 0, more, 2, headers.length);
    return send("POST", path, json, more);
  }

  /**
   * @param headers names and values by turns; one of Host takes the place of the right one
   */
  Reply send(String method, String path, String body, String... headers) throws IOException {
    try (var socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(20_000);
      var out = socket.getOutputStream();
      out.write(head(method, path, body.getBytes(StandardCharsets.UTF_8).length, headers));
      out.write(body.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return read(new BufferedInputStream(socket.getInputStream()));
    }
  }

  byte[] head(String method, String path, int length, String... headers) {
    var all = new LinkedHashMap<String, String>();
    all.put("Host", "localhost:" + address.getPort());
    all.put("Connection", "close");
    if (length > 0) {
      all.put("Content-Length", Integer.toString(length));
    }
    for (var i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    var text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    all.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
    return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  static Reply read(InputStream in) throws IOException {
    return read(readHead(in), in);
  }

  /** Of an answer without an end the first piece. */
  static Reply readOrBegin(InputStream in) throws IOException {
    var head = readHead(in);
    if (!"text/event-stream".equals(head.header("Content-Type"))) {
      return read(head, in);
    }
    if ("chunked".equals(head.header("Transfer-Encoding"))) {
      line(in);
    }
    return new Reply(head.status(), head.headers(), line(in));
  }

  private static Reply read(Reply head, InputStream in) throws IOException {
    var headers = head.headers();
    var body = new ByteArrayOutputStream();
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      for (var size = size(in); size > 0; size = size(in)) {
        body.write(in.readNBytes(size));
        line(in);
      }
      line(in);
    } else {
      var length = headers.get("content-length");
      body.write(length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length)));
    }
    return new Reply(head.status(), headers, body.toString(StandardCharsets.UTF_8));
  }

  /** Of an answer that has no body. */
  static Reply readHead(InputStream in) throws IOException {
    var status = Integer.parseInt(line(in).split(" ")[1]);
    if (status == CONTINUE) {
      line(in);
      return readHead(in);
    }
    var headers = new TreeMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      var colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return new Reply(status, headers, "");
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in), 16);
  }

  static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (var b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new IOException("the connection ended within: " + line);
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
