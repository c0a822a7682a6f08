package io.byssus.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the tools of operators ask for, without a key. */
final class Pages {
  private static final String PLAIN = "text/plain;charset=utf-8";
  private static final String PROMETHEUS = "text/plain;version=0.0.4;charset=utf-8";
  private static final String YAML = "application/yaml";
  private static final String OPENAPI = "openapi.yaml";

  private Pages() {}

  static List<Endpoint> endpoints(String base) {
    return List.of(
        Endpoint.open("/health/live", exchange -> exchange.text(Status.OK, PLAIN, "live")),
        Endpoint.open("/health/ready", Pages::ready),
        Endpoint.open("/metrics", Pages::metrics),
        Endpoint.open(
            base + "/openapi.yaml", exchange -> exchange.text(Status.OK, YAML, openapi())));
  }

  private static void ready(Exchange exchange) {
    var ready = exchange.api().node().ready();
    exchange.text(ready ? Status.OK : 503, PLAIN, ready ? "ready" : "not ready");
  }

  /** Made where it may take its time. */
  private static void metrics(Exchange exchange) {
    exchange
        .api()
        .streams()
        .run(exchange, () -> exchange.text(Status.OK, PROMETHEUS, exchange.api().node().metrics()));
  }

  private static String openapi() {
    try (var file = Pages.class.getResourceAsStream(OPENAPI)) {
      if (file == null) {
        throw new IllegalStateException("this program was built without " + OPENAPI);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
