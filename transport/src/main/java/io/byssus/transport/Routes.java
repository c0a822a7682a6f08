package io.byssus.transport;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What a node shows to the world: what only operators should see is not here but in the API.
 *
 * @param protocols path to the protocol that is spoken there, besides the native one
 * @param ready whether a load balancer should send clients here; asked on an event loop
 * @param echo whether {@code /echo} takes WebSockets, of anybody
 * @param files folder of the class path with what is served at {@code /}; empty: nothing is
 * @param observer hears of requests that are refused
 */
public record Routes(
    Sessions sessions,
    Map<String, ByteProtocol> protocols,
    BooleanSupplier ready,
    boolean echo,
    Optional<String> files,
    TransportObserver observer) {

  /** Path to what is there. Nothing else is. */
  Map<String, Route> byPath() {
    var routes = new HashMap<String, Route>();
    files.ifPresent(folder -> routes.putAll(StaticFiles.load(folder)));
    routes.put("/ws", new Route.Session(sessions::welcome));
    protocols.forEach(
        (path, protocol) -> routes.put(path, new Route.Bytes(sessions::welcome, protocol)));
    if (echo) {
      routes.put("/echo", new Route.Echo());
    }
    routes.put("/health/live", new Route.Page(() -> HttpReply.text(200, "live")));
    routes.put("/health/ready", new Route.Page(this::readiness));
    return Map.copyOf(routes);
  }

  private HttpReply readiness() {
    return ready.getAsBoolean() ? HttpReply.text(200, "ready") : HttpReply.text(503, "not ready");
  }
}
