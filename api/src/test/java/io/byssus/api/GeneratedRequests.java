package io.byssus.api;

import io.byssus.api.Description.Described;
import io.byssus.api.GeneratedRequest.Claim;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Requests from the description and from a seed: as it has them, and as it does not. */
final class GeneratedRequests {
  private static final List<String> METHODS =
      List.of(
          "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "FOO", "get",
          "CONNECT");
  private static final List<String> TYPES =
      List.of(
          "text/plain", "application/jsonx", "", ";", "application/json/x", "multipart/form-data");

  private final Description description;
  private final List<Described> operations;
  private final Random random;
  private final GeneratedJson json;

  GeneratedRequests(Description description, long seed) {
    this.description = description;
    this.random = new Random(seed);
    this.json = new GeneratedJson(description, random);
    this.operations = description.operations();
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  GeneratedRequest next() {
    var operation = one(operations);
    return switch (random.nextInt(10)) {
      case 0, 1, 2 -> good(operation);
      case 3, 4, 5 -> bad(operation);
      case 6 -> oddMethod(operation);
      case 7 -> oddPath(operation);
      case 8 -> oddHead(operation);
      default -> broken(operation);
    };
  }

  private GeneratedRequest good(Described operation) {
    var path = path(operation);
    var head = head(operation.method(), path + goodQuery(operation));
    var type = type(operation);
    if (type.isEmpty()) {
      return made(operation, path, Claim.GOOD, head, new byte[0]);
    }
    head.add("Content-Type: " + spelled(type));
    return withBody(operation, path, Claim.GOOD, head, goodBody(operation, type));
  }

  private String spelled(String type) {
    return one(List.of(type, type.toUpperCase(Locale.ROOT), type + "; charset=utf-8", type + " "));
  }

  private GeneratedRequest bad(Described operation) {
    var path = path(operation);
    var type = type(operation);
    if (type.equals("application/json")) {
      var of = operation.operation().getRequestBody().getContent().get(type).getSchema();
      var head = head(operation.method(), path);
      if (random.nextInt(6) == 0) {
        head.add("Content-Type: " + one(TYPES));
        return withBody(operation, path, Claim.BAD, head, goodBody(operation, type));
      }
      head.add("Content-Type: " + type);
      return withBody(operation, path, Claim.BAD, head, json.bad(of));
    }
    if (!type.isEmpty()) { // a batch: each line has its own answer
      var head = head(operation.method(), path);
      head.add("Content-Type: " + type);
      return withBody(operation, path, Claim.ODD, head, oddLines());
    }
    if (operation.id().equals("description")) {
      return oddHead(operation);
    }
    var query =
        one(
            List.of(
                "?x=1",
                "?limit=0",
                "?limit=1001",
                "?limit=x",
                "?limit=1&limit=2",
                "?limit=99999999999999999999",
                "?limit=%2B1",
                "?limit=%ZZ",
                "?%FF=1",
                "?after=x",
                "?after=:1",
                "?after=e:-1",
                "?after=e:%2B1",
                "?after=e:99999999999999999999",
                "?after=" + "e".repeat(40) + ":1",
                "?state=gone",
                "?state=ATTACHED",
                "?user=a&user=b",
                "?user=a&tag=b"));
    return made(operation, path, Claim.BAD, head(operation.method(), path + query), new byte[0]);
  }

  private GeneratedRequest oddMethod(Described operation) {
    var path = path(operation);
    var head = head(one(METHODS), path);
    return GeneratedRequest.of("", head.getFirst().split(" ")[0], "", Claim.ODD, head, new byte[0]);
  }

  private GeneratedRequest oddPath(Described operation) {
    var path = path(operation);
    var at = random.nextInt(path.length() + 1);
    var odd =
        one(
            List.of(
                "/",
                "//",
                "/../",
                "/./",
                "/..",
                ";x=y",
                "%00",
                "%2F",
                "%2e%2e/",
                "%",
                "%zz",
                "%C0%AF",
                "%F0%9F%98",
                "\\",
                "..;/",
                "?",
                "#",
                "{id}",
                "日本",
                "\uD83D\uDE00%20",
                "x".repeat(9_000)));
    var head = head(operation.method(), path.substring(0, at) + odd + path.substring(at));
    return GeneratedRequest.of("", operation.method(), "", Claim.ODD, head, new byte[0]);
  }

  private GeneratedRequest oddHead(Described operation) {
    var path = path(operation);
    var head = head(operation.method(), path);
    var odd =
        one(
            List.of(
                "Origin: http://evil.example",
                "Sec-Fetch-Site: cross-site",
                "Host: evil.example",
                "Accept: image/png",
                "Accept-Encoding: gzip, br;q=0, *",
                "Authorization: Basic eDp5",
                "Authorization: Bearer " + "x".repeat(2_000),
                "Cookie: a=b; c",
                "Content-Type: application/json\r\nContent-Type: text/plain",
                "Content-Encoding: gzip",
                "Expect: 100-continue",
                "Expect: wonders",
                "Upgrade: h2c\r\nConnection: Upgrade",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x",
                "X-Http-Method-Override: DELETE",
                "X-Forwarded-For: 127.0.0.1, \u0001",
                "Range: bytes=0-1",
                "If-None-Match: *",
                "Last-Event-ID: x:1",
                "Last-Event-ID: " + "9".repeat(40) + ":" + "9".repeat(40),
                "Connection: keep-alive, close, x",
                "Content-Length: 0",
                "X: " + "y".repeat(20_000)));
    head.add(odd);
    return GeneratedRequest.of(
        odd.startsWith("Host") || odd.length() > 10_000 ? "" : operation.id(),
        operation.method(),
        "",
        Claim.ODD,
        head,
        new byte[0]);
  }

  private GeneratedRequest broken(Described operation) {
    var path = path(operation);
    var head = head("POST", "/api/v1/publish");
    head.add("Content-Type: application/json");
    var body = "{\"channel\":\"a\",\"data\":1}".getBytes(StandardCharsets.US_ASCII);
    var first = head.getFirst();
    switch (random.nextInt(10)) {
      case 0 ->
          head.add("Content-Length: " + one(List.of("-1", "x", "99999999999999999999", "1, 2")));
      case 1 -> {
        head.add("Transfer-Encoding: chunked");
        body =
            one(List.of(
                    "zz\r\n{}\r\n0\r\n\r\n", "-1\r\n", "2\r\n{}xx0\r\n\r\n", "99999999999\r\n{"))
                .getBytes(StandardCharsets.US_ASCII);
      }
      case 2 -> {
        head.add("Content-Length: 24");
        head.add("Content-Length: 3");
      }
      case 3 -> {
        head.add("Transfer-Encoding: chunked");
        head.add("Content-Length: 5");
      }
      case 4 -> head.add("Transfer-Encoding: " + one(List.of("gzip", "chunked, gzip", "identity")));
      case 5 -> head.add("Content-Length: 1000"); // and it does not come
      case 6 ->
          head.set(
              0,
              first.replace("HTTP/1.1", one(List.of("HTTP/9.9", "HTTP/1.0", "HTTP/2.0", "", "x"))));
      case 7 ->
          head.add(one(List.of(" folded: x", "no colon", ": x", "a b: c", "X:\u0000", "é: x")));
      case 8 -> head.remove(1); // no host
      default -> {
        head.clear();
        head.add(
            one(
                List.of(
                    "PRI * HTTP/2.0",
                    "OPTIONS * HTTP/1.1",
                    "GET http://x/" + path + " HTTP/1.1",
                    "\u0016\u0003\u0001",
                    "GET",
                    "")));
      }
    }
    return GeneratedRequest.of("", "POST", "", Claim.BROKEN, head, body).thenHalfClosed();
  }

  // Parts.

  private static List<String> head(String method, String target) {
    return new ArrayList<>(List.of(method + " " + target + " HTTP/1.1", "Host: localhost"));
  }

  private static String type(Described operation) {
    var body = operation.operation().getRequestBody();
    return body == null ? "" : body.getContent().keySet().iterator().next();
  }

  private String path(Described operation) {
    var path = Description.BASE + operation.path();
    for (var parameter : operation.parameters()) {
      if (parameter.getIn().equals("path")) {
        path = path.replace("{" + parameter.getName() + "}", encoded(name()));
      }
    }
    return path;
  }

  /** The one character that no path may hold. */
  private String name() {
    var word = json.word();
    return word.indexOf(0) < 0 ? word : "a";
  }

  private String goodQuery(Described operation) {
    var parts = new ArrayList<String>();
    for (Parameter parameter : operation.parameters()) {
      var name = parameter.getName();
      var alone = parts.stream().noneMatch(part -> part.startsWith("user=")) || !name.equals("tag");
      // A cursor is what a page said.
      if (parameter.getIn().equals("query")
          && alone
          && random.nextBoolean()
          && !name.equals("cursor")) {
        var value = json.good(parameter.getSchema());
        parts.add(
            name
                + "="
                + encoded(value instanceof GeneratedJson.Text(var text) ? text : value.toString()));
      }
    }
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  /** All that is not a letter or digit, or only what must be. */
  private String encoded(String text) {
    var all = random.nextBoolean();
    var out = new StringBuilder();
    for (var b : text.getBytes(StandardCharsets.UTF_8)) {
      var c = b & 0xFF;
      var plain =
          Character.isLetterOrDigit(c) && c < 0x80 || !all && "-_.~!$'()*,:@".indexOf(c) >= 0;
      out.append(
          plain
              ? Character.toString(c)
              : String.format(random.nextBoolean() ? "%%%02X" : "%%%02x", c));
    }
    return out.toString();
  }

  private byte[] goodBody(Described operation, String type) {
    if (type.equals("application/json")) {
      return GeneratedJson.utf8(
          json.good(operation.operation().getRequestBody().getContent().get(type).getSchema()));
    }
    var lines = new ByteArrayOutputStream();
    for (var i = random.nextInt(5); i >= 0; i--) {
      lines.writeBytes(line(false));
    }
    return lines.toByteArray();
  }

  private byte[] oddLines() {
    var lines = new ByteArrayOutputStream();
    for (var i = random.nextInt(5); i >= 0; i--) {
      lines.writeBytes(line(random.nextBoolean()));
      lines.writeBytes(one(List.of("", "\n", " \t\r\n")).getBytes(StandardCharsets.US_ASCII));
    }
    return lines.toByteArray();
  }

  private byte[] line(boolean bad) {
    var kind = one(List.of("publish", "send"));
    var schema =
        description
            .all()
            .getComponents()
            .getSchemas()
            .get(kind.equals("publish") ? "Publish" : "Send");
    var object = bad ? json.bad(schema) : GeneratedJson.utf8(json.good(schema));
    var line = new ByteArrayOutputStream();
    line.writeBytes(("{\"type\":\"" + kind + "\",").getBytes(StandardCharsets.US_ASCII));
    line.write(object, Math.min(1, object.length), Math.max(0, object.length - 1));
    line.write('\n');
    return line.toByteArray();
  }

  private GeneratedRequest made(
      Described operation, String path, Claim claim, List<String> head, byte[] body) {
    return GeneratedRequest.of(operation.id(), operation.method(), path, claim, head, body);
  }

  private GeneratedRequest withBody(
      Described operation, String path, Claim claim, List<String> head, byte[] body) {
    if (random.nextInt(3) > 0) {
      head.add("Content-Length: " + body.length);
      return made(operation, path, claim, head, body);
    }
    head.add("Transfer-Encoding: chunked");
    var chunks = new ByteArrayOutputStream();
    for (var at = 0; at < body.length; ) {
      var size = Math.min(body.length - at, 1 + random.nextInt(5_000));
      chunks.writeBytes(
          (Integer.toHexString(size) + one(List.of("", ";x=y")) + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      chunks.write(body, at, size);
      chunks.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
      at += size;
    }
    chunks.writeBytes(
        one(List.of("0\r\n\r\n", "0\r\nX: y\r\n\r\n")).getBytes(StandardCharsets.US_ASCII));
    return made(operation, path, claim, head, chunks.toByteArray());
  }
}
