package io.byssus.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The files of a folder of the class path, read once at start: a request finds one by its exact
 * path or none, so no path leads out of the folder.
 */
final class StaticFiles {
  private static final String INDEX = "index.html";

  /** The page and what it loads come from here, and it talks to WebSockets and to us. */
  private static final List<String> POLICY =
      List.of(
          "Content-Security-Policy: default-src 'self'; connect-src 'self' ws: wss:;"
              + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
          "X-Content-Type-Options: nosniff",
          "Referrer-Policy: no-referrer",
          "Cache-Control: no-cache");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("txt", "text/plain; charset=utf-8"));

  private StaticFiles() {}

  /** Path to file; empty if there is no such folder with an index page. */
  static Map<String, Route> load(String folder) {
    var index = StaticFiles.class.getClassLoader().getResource(folder + "/" + INDEX);
    if (index == null) {
      return Map.of();
    }
    try {
      return load(index);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder, e);
    }
  }

  private static Map<String, Route> load(URL index) throws IOException {
    var uri = uri(index);
    if (!uri.getScheme().equals("jar")) {
      return read(Path.of(uri).resolveSibling(""));
    }
    try (var jar = FileSystems.newFileSystem(uri, Map.of())) {
      var inside = uri.toString().substring(uri.toString().indexOf("!/") + 1);
      return read(jar.getPath(inside).resolveSibling(""));
    }
  }

  private static URI uri(URL url) {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path has an odd place: " + url, e);
    }
  }

  private static Map<String, Route> read(Path root) throws IOException {
    var routes = new HashMap<String, Route>();
    try (var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var path = "/" + root.relativize(file).toString().replace('\\', '/');
        routes.put(path, file(path, Files.readAllBytes(file)));
      }
    }
    routes.put("/", routes.get("/" + INDEX));
    return routes;
  }

  private static Route.File file(String path, byte[] content) {
    var extension = path.substring(path.lastIndexOf('.') + 1);
    var type = TYPES.getOrDefault(extension, "application/octet-stream");
    var tag = "\"" + digest(content) + "\"";
    var reply =
        new HttpReply(200, POLICY, content).with("Content-Type: " + type).with("ETag: " + tag);
    return new Route.File(reply, tag);
  }

  private static String digest(byte[] content) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
