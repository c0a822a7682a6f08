package io.byssus.server.transport;

import io.netty.handler.codec.http.HttpDecoderConfig;
import java.util.Map;

/** What all connections of a server share until they are WebSockets. */
record Reception(
    TransportSettings settings,
    EventLoops loops,
    Map<String, Route> routes,
    Proxies proxies,
    Origins origins,
    AddressLimit addresses,
    WebSocketContext webSockets,
    HttpDecoderConfig http) {

  static Reception of(TransportSettings settings, EventLoops loops, Site site) {
    var access = settings.access();
    var addresses = new AddressLimit(access.connectionsPerAddress(), access.loopbackExempt());
    return new Reception(
        settings,
        loops,
        site.routes(),
        new Proxies(access.trustedProxies()),
        new Origins(access.origins()),
        addresses,
        WebSocketContext.of(settings, addresses, site.sessions()),
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
