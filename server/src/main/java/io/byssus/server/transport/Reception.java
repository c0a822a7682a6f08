package io.byssus.server.transport;

import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all connections of a server share until they are WebSockets.
 *
 * @param connections TCP connections that are open
 */
record Reception(
    TransportSettings settings,
    EventLoops loops,
    Map<String, Route> routes,
    Proxies proxies,
    Origins origins,
    AddressLimit addresses,
    LongAdder connections,
    TransportObserver observer,
    WebSocketContext webSockets,
    HttpDecoderConfig http) {

  static Reception of(TransportSettings settings, EventLoops loops, Site site) {
    var access = settings.access();
    var connections = new LongAdder();
    var addresses = new AddressLimit(access.connectionsPerAddress(), access.loopbackExempt());
    return new Reception(
        settings,
        loops,
        site.routes(),
        new Proxies(access.trustedProxies()),
        new Origins(access.origins()),
        addresses,
        connections,
        site.observer(),
        WebSocketContext.of(settings, addresses, connections, site.sessions()),
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
