package io.byssus.tools.trial;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An nginx before the nodes. What it is told is the file that operators start from, with other
 * ports; around that it keeps to a folder of its own.
 */
public final class Nginx {
  private static final String TEMPLATE = "/nginx/byssus.conf";
  private static final Pattern LISTEN = Pattern.compile("(?m)^( *)listen .*;$");
  private static final Pattern SERVERS =
      Pattern.compile("(?m)^( *)server [^ {;]+:\\d+( [^;]*)?;\n(?: *server [^ {;]+:\\d+[^;]*;\n)*");

  private static final String AROUND =
      """
      daemon off;
      worker_processes 1;
      pid nginx.pid;
      error_log stderr warn;

      events {
          worker_connections 4096;
      }

      http {
          access_log off;
          client_body_temp_path client-body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          include byssus.conf;
      }
      """;

  private Nginx() {}

  static Child start(Path program, Path folder, int port, List<Integer> nodes) throws TrialFailure {
    try {
      var command = prepare(program, folder.resolve("nginx"), port, nodes);
      return Child.start("nginx", folder, Map.of(), command);
    } catch (IOException e) {
      throw new TrialFailure("the configuration of nginx cannot be written: " + e.getMessage());
    }
  }

  /**
   * Writes what nginx is told into {@code home}.
   *
   * @param port where it listens, on this machine only
   * @param nodes the ports of the nodes, on this machine
   * @return the command that starts it
   */
  public static List<String> prepare(Path program, Path home, int port, List<Integer> nodes)
      throws IOException {
    Files.createDirectories(home);
    Files.writeString(home.resolve("nginx.conf"), AROUND);
    Files.writeString(home.resolve("byssus.conf"), filled(template(), port, nodes));
    return List.of(program.toString(), "-p", home + "/", "-c", "nginx.conf", "-e", "stderr");
  }

  static String template() throws IOException {
    try (var resource = Nginx.class.getResourceAsStream(TEMPLATE)) {
      if (resource == null) {
        throw new IOException("the program was built without " + TEMPLATE);
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The template with its own ports in place of those of the example. */
  static String filled(String template, int port, List<Integer> nodes) {
    var servers =
        nodes.stream()
            .map(node -> "$1server 127.0.0.1:" + node + "$2;\n")
            .collect(Collectors.joining());
    return once(
        LISTEN.matcher(once(SERVERS.matcher(template), servers)),
        "$1listen 127.0.0.1:" + port + ";");
  }

  private static String once(Matcher part, String replacement) {
    if (!part.find()) {
      throw new IllegalStateException("the template has no " + part.pattern());
    }
    return part.replaceFirst(replacement);
  }
}
