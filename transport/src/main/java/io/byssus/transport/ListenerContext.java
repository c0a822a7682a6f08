package io.byssus.transport;

import io.byssus.core.Budgets;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all connections of a server share until they are WebSockets.
 *
 * @param connections TCP connections that are open
 * @param room for all of them together
 */
record ListenerContext(
    TransportSettings settings,
    EventLoops loops,
    Map<String, Route> routes,
    Proxies proxies,
    Origins origins,
    AddressLimit addresses,
    LongAdder connections,
    Room room,
    TransportObserver observer,
    WebSocketContext webSockets,
    HttpDecoderConfig http) {

  static ListenerContext of(
      TransportSettings settings, EventLoops loops, Routes routes, Budgets budgets) {
    var access = settings.access();
    var connections = new LongAdder();
    var addresses = new AddressLimit(access.connectionsPerAddress(), access.loopbackExempt());
    var room = Room.of(budgets, settings.http().handshakes(), loops, routes.observer());
    return new ListenerContext(
        settings,
        loops,
        routes.byPath(),
        new Proxies(access.trustedProxies()),
        new Origins(access.origins()),
        addresses,
        connections,
        room,
        routes.observer(),
        WebSocketContext.of(settings, addresses, connections, room, routes.sessions()),
        decoder(settings.http()));
  }

  private static HttpDecoderConfig decoder(TransportSettings.Http settings) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(settings.requestLineBytes())
        .setMaxHeaderSize(settings.headerBytes())
        .setChunkedSupported(false)
        .setStrictLineParsing(true)
        .setUseRfc9112TransferEncoding(true)
        .setAllowDuplicateContentLengths(false)
        .setValidateHeaders(true);
  }
}
