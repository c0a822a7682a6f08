package io.byssus.server.cli;

import io.byssus.tools.Terminal;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Does what a command asks of a node's API, and shows the answer: as a table for a person, or as it
 * came.
 */
final class ApiClient {
  private static final String DEFAULT = "http://localhost:9080";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper MAPPER = new JsonMapper();

  private final ParseResult line;
  private final Terminal terminal;
  private final Map<String, String> environment;

  ApiClient(ParseResult line, Terminal terminal, Map<String, String> environment) {
    this.line = line;
    this.terminal = terminal;
    this.environment = environment;
  }

  /** The exit code. */
  int run() {
    return switch (line.commandSpec().name()) {
      case "publish" -> publish();
      case "send" -> send();
      case "history" -> get("/channels/" + name() + "/history", "items", query("after", "limit"));
      case "channels" -> get("/channels", "channels", query("prefix", "limit"));
      case "sessions" ->
          get("/sessions", "sessions", query("user", "tag", "state", "node", "limit"));
      case "session" -> get("/sessions/" + name(), "", "");
      case "users" -> get("/users/" + name(), "sessions", "");
      case "nodes" -> get("/nodes", "nodes", "");
      case "drain" -> ask("POST", "/nodes/" + name() + "/drain", null, "");
      case "watch" -> watch();
      default -> throw new IllegalStateException("no command of the API");
    };
  }

  private int publish() {
    var body = MAPPER.createObjectNode();
    body.put("channel", argument(0));
    body.set("data", json(argument(1)));
    option(ApiCommands.DEDUPE).ifPresent(id -> body.put("dedupe", id));
    option(ApiCommands.DURABILITY).ifPresent(level -> body.put("durability", level));
    return ask("POST", "/publish", body.toString(), "");
  }

  private int send() {
    var to = MAPPER.createObjectNode();
    for (var kind : List.of("session", "user", "tag")) {
      option("--" + kind).ifPresent(value -> to.put(kind, value));
    }
    if (to.size() != 1) {
      throw misuse("send takes one of --session, --user and --tag");
    }
    var body = MAPPER.createObjectNode();
    body.set("to", to);
    body.set("data", json(argument(0)));
    option(ApiCommands.DEDUPE).ifPresent(id -> body.put("dedupe", id));
    return ask("POST", "/send", body.toString(), "");
  }

  private JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw misuse("DATA is no JSON; a text is written as '\"text\"'");
    }
  }

  private int get(String path, String rows, String query) {
    return ask("GET", path + query, null, rows);
  }

  private String query(String... names) {
    var parts = new ArrayList<String>();
    for (var name : names) {
      if (line.hasMatchedOption("--" + name)) {
        Object value = line.matchedOptionValue("--" + name, "");
        parts.add(name + "=" + encoded(String.valueOf(value)));
      }
    }
    return parts.isEmpty() ? "" : "?" + String.join("&", parts);
  }

  private String name() {
    return encoded(argument(0));
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace(".", "%2E")
        .replace("*", "%2A");
  }

  private String argument(int index) {
    return line.matchedPositionalValue(index, "");
  }

  private Optional<String> option(String name) {
    return Optional.ofNullable(line.matchedOptionValue(name, (String) null));
  }

  private ParameterException misuse(String message) {
    return new ParameterException(line.commandSpec().commandLine(), message);
  }

  // Asking.

  private String api() {
    var given =
        option(ApiCommands.API).or(() -> Optional.ofNullable(environment.get("BYSSUS_API")));
    var url = given.orElse(DEFAULT);
    return (url.endsWith("/") ? url.substring(0, url.length() - 1) : url) + "/api/v1";
  }

  private HttpRequest.Builder request(String path) throws IOException {
    URI uri;
    try {
      uri = URI.create(api() + path);
    } catch (IllegalArgumentException e) {
      throw misuse("--api takes an address such as " + DEFAULT);
    }
    var request = HttpRequest.newBuilder(uri);
    var file = option(ApiCommands.KEY_FILE);
    var key =
        file.isPresent()
            ? Files.readString(Path.of(file.get())).strip()
            : environment.getOrDefault("BYSSUS_API_KEY", "");
    return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
  }

  private int ask(String method, String path, @Nullable String body, String rows) {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          request(path)
              .timeout(PATIENCE)
              .method(
                  method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
      if (body != null) {
        request.header("Content-Type", "application/json");
      }
      var response = http.send(request.build(), BodyHandlers.ofString());
      return shown(response, rows);
    } catch (IOException e) {
      return unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.SOFTWARE;
    }
  }

  private int unreachable(IOException failure) {
    var reason = failure.getMessage() == null ? "it does not answer" : failure.getMessage();
    terminal.complain("the API at " + api() + " cannot be asked: " + reason);
    terminal.add("Say where it is with --api; a node prints it when it starts.");
    return Exit.UNAVAILABLE;
  }

  private int shown(HttpResponse<String> response, String rows) {
    if (response.statusCode() != 200) {
      return refused(response);
    }
    if (line.hasMatchedOption(ApiCommands.JSON)) {
      terminal.say(response.body());
      return Exit.OK;
    }
    var answer = MAPPER.readTree(response.body());
    if (rows.isEmpty()) {
      answer
          .properties()
          .forEach(member -> terminal.say(member.getKey() + "  " + text(member.getValue())));
    } else {
      table(answer.get(rows));
      if (answer.has("cursor")) {
        terminal.say(terminal.dim("There are more; --limit shows up to 1000, --json the cursor."));
      }
    }
    return Exit.OK;
  }

  private int refused(HttpResponse<String> response) {
    try {
      var error = MAPPER.readTree(response.body()).path("error");
      terminal.complain(
          error.path("message").asString("it said " + response.statusCode())
              + " ("
              + error.path("code").asString("no code")
              + ")");
    } catch (JacksonException e) {
      terminal.complain(api() + " said " + response.statusCode() + ", and is no API of Byssus");
    }
    return Exit.UNAVAILABLE;
  }

  private void table(JsonNode rows) {
    var columns = new LinkedHashMap<String, Integer>();
    for (var row : rows) {
      row.properties()
          .forEach(member ->
              columns.merge(
                  member.getKey(),
                  Math.max(member.getKey().length(), text(member.getValue()).length()),
                  Math::max));
    }
    if (columns.isEmpty()) {
      terminal.say(terminal.dim("None."));
      return;
    }
    terminal.say(terminal.bold(row(columns, columns.keySet().stream())));
    for (var row : rows) {
      terminal.say(
          row(
              columns,
              columns.keySet().stream().map(name -> row.has(name) ? text(row.get(name)) : "")));
    }
  }

  private static String row(Map<String, Integer> columns, Stream<String> values) {
    var widths = columns.values().iterator();
    return values
        .map(value -> value + " ".repeat(Math.max(0, widths.next() - value.length())))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }

  /** A position as the API takes it; everything else that is no text as JSON. Never two lines. */
  private static String text(JsonNode value) {
    if (value.isObject() && value.size() == 2 && value.has("epoch") && value.has("offset")) {
      return value.get("epoch").asString() + ":" + value.get("offset");
    }
    var text = value.isString() ? value.asString() : value.toString();
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? '\uFFFD' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  // Following.

  private int watch() {
    try (var http = HttpClient.newHttpClient()) {
      var request = request("/channels/" + name() + "/watch").build();
      var response = http.send(request, BodyHandlers.ofLines());
      if (response.statusCode() != 200) {
        terminal.complain(response.body().collect(Collectors.joining("\n")));
        return Exit.UNAVAILABLE;
      }
      response
          .body()
          .filter(event -> event.startsWith("data: "))
          .forEach(event -> terminal.say(event.substring("data: ".length())));
      terminal.complain("the node has ended it");
      return Exit.UNAVAILABLE;
    } catch (IOException e) {
      return unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.SOFTWARE;
    }
  }
}
