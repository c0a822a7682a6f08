import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A backend that pushes notifications to a user by id, with nothing but the JDK (17 or newer):
 * {@code java examples/notifications/Backend.java}, beside {@code ./byssus serve --config
 * examples/notifications/byssus.yaml}. It does the same as backend.mjs, for the same page.
 *
 * <p>Its own list is the truth: what is pushed and not seen is there at the next load of the page.
 * The push only saves the waiting.
 */
public final class Backend {
  private static final String API = setting("BYSSUS_API", "http://127.0.0.1:9080");
  private static final String KEY = setting("BYSSUS_API_KEY", ""); // not needed on loopback
  private static final String ADDRESS = setting("BYSSUS_WS", "ws://localhost:8080/ws");
  private static final String SECRET =
      setting("BYSSUS_SECRET", "an-example-key-that-everybody-knows-0123456789");
  private static final int PORT = Integer.parseInt(setting("PORT", "3001"));
  private static final int TRIES = 5;

  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  // Notifications. In an application of your own this is a table in your database.

  private record Notification(String id, String user, String text, long at) {
    String json() {
      return "{\"id\":%s,\"user\":%s,\"text\":%s,\"at\":%d}"
          .formatted(quoted(id), quoted(user), quoted(text), at);
    }
  }

  private static final List<Notification> NOTIFICATIONS = new CopyOnWriteArrayList<>();

  private static String notify(String user, String text) throws InterruptedException {
    var notification =
        new Notification(UUID.randomUUID().toString(), user, text, System.currentTimeMillis());
    NOTIFICATIONS.add(0, notification);
    return push(notification);
  }

  /** The id is the dedupe: however often this is repeated, each session of the user has it once. */
  private static String push(Notification notification) throws InterruptedException {
    var id = quoted(notification.id());
    var body =
        "{\"to\":{\"user\":%s},\"data\":%s,\"dedupe\":%s}"
            .formatted(quoted(notification.user()), notification.json(), id);
    var request =
        HttpRequest.newBuilder(URI.create(API + "/api/v1/send"))
            .timeout(Duration.ofSeconds(5))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (!KEY.isEmpty()) {
      request.header("Authorization", "Bearer " + KEY);
    }
    for (var tried = 1; ; tried++) {
      String problem;
      try {
        var response = HTTP.send(request.build(), BodyHandlers.ofString());
        var status = response.statusCode();
        if (status == 200) {
          return "{\"id\":%s,\"outcome\":\"pushed\",\"answer\":%s}".formatted(id, response.body());
        } else if (status == 404) {
          return "{\"id\":%s,\"outcome\":\"away\"}".formatted(id); // the page reads the list
        }
        problem = "status " + status;
        // Below 500 it is our mistake, and repeating it changes nothing; 429 asks for patience.
        if (status < 500 && status != 429) {
          return "{\"id\":%s,\"outcome\":\"refused\",\"problem\":%s}"
              .formatted(id, quoted(problem));
        }
      } catch (IOException failure) {
        problem = failure.toString(); // nobody answered: it may have been pushed or not
      }
      if (tried == TRIES) {
        return "{\"id\":%s,\"outcome\":\"unknown\",\"problem\":%s}".formatted(id, quoted(problem));
      }
      Thread.sleep(ThreadLocalRandom.current().nextLong(200L << tried));
    }
  }

  // A token for the page. Whoever calls this must be logged in as the user; that part is yours.

  private static String token(String user) throws GeneralSecurityException {
    var now = Instant.now().getEpochSecond();
    var claims = "{\"sub\":%s,\"iat\":%d,\"exp\":%d}".formatted(quoted(user), now, now + 3600);
    var content = encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + '.' + encoded(claims);
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    var signature = mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
    return content + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String encoded(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  // The pages and calls of this backend.

  private static final Map<String, String> TYPES =
      Map.of("html", "text/html; charset=utf-8", "js", "text/javascript", "css", "text/css");

  public static void main(String[] arguments) throws IOException {
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", PORT), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", Backend::serve);
    server.start();
    var port = server.getAddress().getPort();
    System.out.printf("Notifications of user 42: http://localhost:%d/?user=42%n", port);
    System.out.printf(
        "Push one: curl -d '{\"user\":\"42\",\"text\":\"Your order is on its way\"}'"
            + " http://localhost:%d/notify%n",
        port);
  }

  private static void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      switch (path) {
        case "/notify" -> {
          var asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          reply(exchange, 200, notify(field(asked, "user"), field(asked, "text")));
        }
        case "/notifications" -> {
          var user = user(exchange);
          var mine = NOTIFICATIONS.stream().filter(each -> each.user().equals(user));
          reply(exchange, 200, mine.map(Notification::json).toList().toString());
        }
        case "/connection" ->
            reply(
                exchange,
                200,
                "{\"address\":%s,\"token\":%s}"
                    .formatted(quoted(ADDRESS), quoted(token(user(exchange)))));
        default -> page(exchange, path);
      }
    } catch (IllegalArgumentException | GeneralSecurityException failure) {
      reply(exchange, 400, "{\"error\":%s}".formatted(quoted(failure.getMessage())));
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private static void page(HttpExchange exchange, String path) throws IOException {
    var examples = Path.of(setting("EXAMPLE", "examples/notifications"));
    var files =
        Map.of(
            "/", examples.resolve("page/index.html"),
            "/page.js", examples.resolve("page/page.js"),
            "/style.css", examples.resolve("page/style.css"),
            "/byssus.js", examples.resolve("../../console/byssus.js"));
    var file = files.get(path);
    if (file == null) {
      reply(exchange, 404, "{\"error\":\"there is no such page\"}");
      return;
    }
    var name = file.toString();
    exchange.getResponseHeaders().set("Cache-Control", "no-cache");
    send(
        exchange,
        200,
        TYPES.get(name.substring(name.lastIndexOf('.') + 1)),
        Files.readAllBytes(file));
  }

  private static void reply(HttpExchange exchange, int status, String json) throws IOException {
    send(exchange, status, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] bytes)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String user(HttpExchange exchange) {
    var query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    if (!query.startsWith("user=")) {
      throw new IllegalArgumentException("say ?user=ID");
    }
    return URLDecoder.decode(query.substring("user=".length()), StandardCharsets.UTF_8);
  }

  // The little JSON that this example needs; an application has a library for it.

  private static String field(String json, String name) {
    var found =
        Pattern.compile("\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
    if (!found.find()) {
      throw new IllegalArgumentException("the field " + name + " is missing");
    }
    return found.group(1).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private static String setting(String name, String otherwise) {
    return Optional.ofNullable(System.getenv(name)).orElse(otherwise);
  }

  private Backend() {}
}
