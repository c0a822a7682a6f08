package io.byssus.transport;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.transport.ByteProtocol.Arrival;
import io.byssus.transport.ByteProtocol.Entry;
import io.byssus.transport.ByteProtocol.Opener;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.NetUtil;
import java.util.function.Consumer;

/**
 * One opening handshake (RFC 6455 section 4.2), from the request to the socket that takes the
 * connection over: whether there is room, whether the handshake is right, whether the page may
 * connect, who is asking. Confined to the connection's event loop.
 */
final class WebSocketUpgrade {
  /** The time after which a client that found no room may ask again. */
  private static final int RETRY_SECONDS = 5;

  private static final String FOREIGN_PAGE =
      "Forbidden: pages of this origin may not connect here. The server's log names the setting"
          + " that allows them.";

  private final RequestHandler handler;
  private final ListenerContext listener;
  private final ChannelHandlerContext ctx;
  private final HttpRequest request;

  WebSocketUpgrade(RequestHandler handler, ChannelHandlerContext ctx, HttpRequest request) {
    this.handler = handler;
    this.listener = handler.listener();
    this.ctx = ctx;
    this.request = request;
  }

  void to(Route route) {
    if (!welcome(route) || !listener.room().welcome()) {
      refuse(HttpReply.status(503).with("Retry-After: " + RETRY_SECONDS));
      return;
    }
    switch (Handshake.judge(request, listener.settings().deflate().on())) {
      case Handshake.Refused(var reply) -> refuse(reply);
      case Handshake.Accepted accepted -> admit(route, accepted);
    }
  }

  private static boolean welcome(Route route) {
    return switch (route) {
      case Route.Session(var welcome) -> welcome.getAsBoolean();
      case Route.Bytes(var welcome, var _) -> welcome.getAsBoolean();
      case Route.Echo _, Route.Page _, Route.File _ -> true;
    };
  }

  private void refuse(HttpReply reply) {
    handler.refuse(ctx, request, reply);
  }

  private void admit(Route route, Handshake.Accepted accepted) {
    var headers = request.headers();
    var socketAddress = RequestHandler.address(ctx);
    var proxies = listener.proxies();
    var origin = headers.getAll(HttpHeaderNames.ORIGIN);
    var own =
        Origins.own(proxies.scheme(socketAddress, headers), headers.get(HttpHeaderNames.HOST, ""));
    if (!listener.origins().allows(origin, own)) {
      listener.observer().originRefused(String.join(", ", origin), own);
      refuse(HttpReply.text(403, FOREIGN_PAGE));
      return;
    }
    var client = proxies.client(socketAddress, headers);
    if (proxies.trusts(socketAddress) && !handler.count(client)) {
      refuse(HttpReply.status(429));
      return;
    }
    var local =
        client.isLoopbackAddress()
            && Origins.local(origin)
            && !proxies.unknownClient(socketAddress, headers);
    var peer = new Peer(NetUtil.toAddressString(client), local);
    if (route instanceof Route.Bytes(var _, var protocol)) {
      admit(protocol, peer, opener -> open(accepted, out -> bytes(accepted, opener, out, peer)));
    } else if (route instanceof Route.Session) {
      var page = listener.origins().names(origin, own);
      var cookie = listener.settings().access().cookie().filter(_ -> page);
      var known = peer.with(HandshakeToken.of(headers, cookie));
      open(accepted, out -> session(accepted, out, known));
    } else {
      open(accepted, _ -> echo(accepted));
    }
  }

  /** Who this is may take its time to find out; the client hears nothing until then. */
  private void admit(ByteProtocol protocol, Peer peer, Consumer<Opener> admitted) {
    handler.beginAnswer();
    lane()
        .when(
            protocol.admit(new Arrival(HandshakeToken.bearer(request.headers()), query(), peer)),
            (entry, _) -> {
              if (!handler.endAnswer()) {
                return;
              }
              switch (entry) {
                case Entry.Admitted(var opener) -> admitted.accept(opener);
                case Entry.Refused(var status) -> refuse(HttpReply.status(status));
                case null -> refuse(HttpReply.status(503));
              }
            });
  }

  private String query() {
    var query = request.uri().indexOf('?');
    return query < 0 ? "" : request.uri().substring(query + 1);
  }

  /**
   * The handlers of a WebSocket take over; bytes that came early are for them.
   *
   * @param addSocket with the context where writes start
   */
  private void open(Handshake.Accepted accepted, Consumer<ChannelHandlerContext> addSocket) {
    handler.handOver();
    if (accepted.deflate()) {
      ctx.channel().config().setRecvByteBufAllocator(Reads.FEW);
    }
    ctx.writeAndFlush(Unpooled.wrappedBuffer(accepted.response()));
    var shared = listener.webSockets();
    var pipeline = ctx.pipeline();
    pipeline.addLast(
        new FrameDecoder(accepted.deflate() ? shared.deflatedFrames() : shared.plainFrames()));
    addSocket.accept(pipeline.lastContext());
    pipeline.remove(handler);
    pipeline.remove(HttpRequestDecoder.class);
  }

  private void session(Handshake.Accepted accepted, ChannelHandlerContext out, Peer peer) {
    var socket =
        new SessionSocket(listener.webSockets(), handler.addressKey(), accepted.deflate(), out);
    ctx.pipeline().addLast(socket);
    socket.begin(lane(), encoding(accepted.deflate()), peer);
  }

  private void bytes(
      Handshake.Accepted accepted, Opener opener, ChannelHandlerContext out, Peer peer) {
    var socket =
        new ByteWebSocket(listener.webSockets(), handler.addressKey(), accepted.deflate(), out);
    ctx.pipeline().addLast(socket);
    socket.begin(opener, lane(), peer);
  }

  private void echo(Handshake.Accepted accepted) {
    var socket = new EchoSocket(listener.webSockets(), handler.addressKey(), accepted.deflate());
    ctx.pipeline().addLast(socket);
    socket.begin();
  }

  private Lane lane() {
    return listener.loops().lane(ctx.channel().eventLoop());
  }

  private Encoding encoding(boolean deflate) {
    return deflate
        ? listener.webSockets().deflatedEncoding()
        : listener.webSockets().plainEncoding();
  }
}
