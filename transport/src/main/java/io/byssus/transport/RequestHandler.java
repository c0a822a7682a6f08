package io.byssus.transport;

import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.lane.Lane;
import io.byssus.transport.ByteProtocol.Arrival;
import io.byssus.transport.ByteProtocol.Entry;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection from its start until it is a WebSocket: answers plain requests, refuses what is
 * against the rules, and hands the rest over. After a refusal the connection is never used again.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter implements Holder {
  private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

  /** The time after which a client that found no room may ask again. */
  private static final int RETRY_SECONDS = 5;

  private static final String BEARER = "Bearer ";
  private static final String FOREIGN_PAGE =
      "Forbidden: pages of this origin may not connect here. If they should, whoever runs this"
          + " server finds in its log which setting lets them.";

  private final Reception reception;
  private long addressKey = AddressLimit.EXEMPT;

  @SuppressWarnings("NullAway.Init") // Netty sets it before anything else happens.
  private ChannelHandlerContext ctx;

  private @Nullable HttpRequest request;
  private int held;
  private boolean answering;
  private boolean answered;
  private boolean deaf;

  @SuppressWarnings("NullAway.Init") // handlerAdded() comes before anything else.
  private RequestDeadline deadline;

  RequestHandler(Reception reception) {
    this.reception = reception;
  }

  // The connection.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    var times = reception.settings().http();
    deadline = new RequestDeadline(ctx.executor(), times, () -> giveUp(ctx));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    reception.connections().increment();
    if (ctx.channel().remoteAddress() == null) {
      // The client has gone before it could be asked who it is.
      ctx.close();
    } else if (admit(ctx)) {
      reception.room().halfOpen(ctx.channel().eventLoop()).enter(ctx.channel());
      deadline.request();
    } else {
      // Not worth the wait for the client to hang up: there may be very many of these.
      deaf = true;
      reception.observer().requestRefused(429);
      var reply = HttpReply.status(429).bytes(ctx.alloc(), true, false);
      ctx.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /**
   * Clients behind a trusted proxy share its address; they are counted when they have told theirs.
   */
  private boolean admit(ChannelHandlerContext ctx) {
    var address = address(ctx);
    return reception.proxies().trusts(address) || count(address);
  }

  private boolean count(InetAddress address) {
    var key = reception.addresses().key(address);
    if (!reception.addresses().enter(key)) {
      return false;
    }
    addressKey = key;
    return true;
  }

  private static InetAddress address(ChannelHandlerContext ctx) {
    return ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
  }

  private void giveUp(ChannelHandlerContext ctx) {
    if (answered) {
      ctx.close();
    } else {
      reception.observer().requestTimedOut();
      LastWords.reset(ctx.channel());
    }
  }

  // What it holds.

  @Override
  public void weigh() {
    weigh(Unsent.of(ctx.channel()));
  }

  private void weigh(int now) {
    if (now != held) {
      var before = held;
      held = now;
      reception.room().holders(ctx.channel().eventLoop()).changed(this, before, now);
    }
  }

  @Override
  public long holds() {
    return held;
  }

  @Override
  public void letGo() {
    LastWords.reset(ctx.channel());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    weigh();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    weigh(0);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    reception.room().halfOpen(ctx.channel().eventLoop()).leave(ctx.channel());
    weigh(0);
    deadline.stop();
    reception.connections().decrement();
    reception.addresses().leave(addressKey);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    if (!(failure instanceof IOException)) {
      log.atError()
          .addKeyValue("event", "connection_failed")
          .setCause(failure)
          .log("closing a connection after an unexpected failure");
    }
    ctx.close();
  }

  // Requests.

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    deadline.read();
    try {
      // What is left of a request when its connection ends is none.
      if (!ctx.channel().isOpen()) {
        return;
      }
      if (!deaf && message instanceof HttpRequest head) {
        begin(ctx, head);
      }
      if (!deaf && message instanceof LastHttpContent) {
        end(ctx);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    deadline.readComplete();
    ctx.fireChannelReadComplete();
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    var refusal = RequestRules.refuse(head);
    if (refusal.isPresent()) {
      refuse(ctx, head, refusal.get());
    } else if (answering || !ctx.channel().isWritable()) {
      // It asks for more without having read what it has got.
      deaf = true;
      ctx.close();
    } else {
      request = head;
    }
  }

  private void end(ChannelHandlerContext ctx) {
    var whole = request;
    if (whole == null) {
      return;
    }
    request = null;
    deadline.stop();
    reception.room().halfOpen(ctx.channel().eventLoop()).leave(ctx.channel());
    switch (reception.routes().get(path(whole))) {
      case Route.Session session -> upgrade(ctx, whole, session);
      case Route.Bytes bytes -> upgrade(ctx, whole, bytes);
      case Route.Echo echo -> upgrade(ctx, whole, echo);
      case Route.Page(var reply) -> answer(ctx, whole, reply.get());
      case Route.SlowPage page -> answerLater(ctx, whole, page);
      case Route.File file -> answer(ctx, whole, file(whole, file));
      case null -> answer(ctx, whole, HttpReply.status(404));
    }
  }

  private static String path(HttpRequest request) {
    var query = request.uri().indexOf('?');
    return query < 0 ? request.uri() : request.uri().substring(0, query);
  }

  private static HttpReply file(HttpRequest request, Route.File file) {
    var known = request.headers().getAll(HttpHeaderNames.IF_NONE_MATCH);
    return known.contains(file.tag())
        ? new HttpReply(304, file.reply().headers(), new byte[0])
        : file.reply();
  }

  private void answerLater(ChannelHandlerContext ctx, HttpRequest request, Route.SlowPage page) {
    answering = true;
    deadline.request();
    page.made()
        .thenAccept(reply ->
            ctx.executor()
                .execute(() -> {
                  answering = false;
                  if (ctx.channel().isActive()) {
                    answer(ctx, request, reply);
                  }
                }));
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest request, HttpReply reply) {
    var withBody = !request.method().equals(HttpMethod.HEAD);
    if (!HttpUtil.isKeepAlive(request)) {
      say(ctx, reply, withBody);
    } else {
      answered = true;
      ctx.writeAndFlush(reply.bytes(ctx.alloc(), withBody, true));
      weigh();
      reception.room().halfOpen(ctx.channel().eventLoop()).enter(ctx.channel());
      deadline.next();
    }
  }

  private void refuse(ChannelHandlerContext ctx, HttpRequest request, HttpReply reply) {
    reception.observer().requestRefused(reply.status());
    say(ctx, reply, !request.method().equals(HttpMethod.HEAD));
  }

  /** Answers and ends the connection. */
  private void say(ChannelHandlerContext ctx, HttpReply reply, boolean withBody) {
    deaf = true;
    deadline.stop();
    var bytes = reply.bytes(ctx.alloc(), withBody, false);
    LastWords.say(ctx, bytes, reception.settings().messages().closeTimeout());
    weigh();
    ctx.pipeline().remove(HttpRequestDecoder.class);
  }

  // The handshake.

  private void upgrade(ChannelHandlerContext ctx, HttpRequest request, Route route) {
    if (!welcome(route) || !reception.room().welcome()) {
      refuse(ctx, request, HttpReply.status(503).with("Retry-After: " + RETRY_SECONDS));
      return;
    }
    switch (Handshake.judge(request, reception.settings().deflate().on())) {
      case Handshake.Refused(var reply) -> refuse(ctx, request, reply);
      case Handshake.Accepted accepted -> upgrade(ctx, request, route, accepted);
    }
  }

  private static boolean welcome(Route route) {
    return switch (route) {
      case Route.Session(var welcome) -> welcome.getAsBoolean();
      case Route.Bytes(var welcome, var _) -> welcome.getAsBoolean();
      case Route.Echo _, Route.Page _, Route.SlowPage _, Route.File _ -> true;
    };
  }

  private void upgrade(
      ChannelHandlerContext ctx, HttpRequest request, Route route, Handshake.Accepted accepted) {
    var headers = request.headers();
    var socketAddress = address(ctx);
    var proxies = reception.proxies();
    var origin = headers.getAll(HttpHeaderNames.ORIGIN);
    var own =
        Origins.own(proxies.scheme(socketAddress, headers), headers.get(HttpHeaderNames.HOST, ""));
    if (!reception.origins().allows(origin, own)) {
      reception.observer().originRefused(String.join(", ", origin), own);
      refuse(ctx, request, HttpReply.text(403, FOREIGN_PAGE));
      return;
    }
    var client = proxies.client(socketAddress, headers);
    if (proxies.trusts(socketAddress) && !count(client)) {
      refuse(ctx, request, HttpReply.status(429));
      return;
    }
    var local =
        client.isLoopbackAddress()
            && Origins.local(origin)
            && !proxies.unknownClient(socketAddress, headers);
    var peer = new Peer(NetUtil.toAddressString(client), local);
    if (route instanceof Route.Bytes(var _, var protocol)) {
      admit(
          ctx,
          request,
          protocol.admit(new Arrival(bearer(request), query(request), peer)),
          opener ->
              open(
                  ctx,
                  accepted,
                  frameDecoder -> {
                    var socket =
                        new ByteWebSocket(
                            reception.webSockets(), addressKey, accepted.deflate(), frameDecoder);
                    ctx.pipeline().addLast(socket);
                    socket.begin(opener, lane(ctx), peer);
                  }));
    } else {
      open(ctx, accepted, frameDecoder -> become(ctx, route, accepted, frameDecoder, peer));
    }
  }

  /** Who this is may take its time to find out; the client hears nothing until then. */
  private void admit(
      ChannelHandlerContext ctx,
      HttpRequest request,
      CompletionStage<Entry> decided,
      Consumer<ByteProtocol.Opener> admitted) {
    answering = true;
    deadline.request();
    lane(ctx)
        .when(
            decided,
            (entry, _) -> {
              answering = false;
              if (!ctx.channel().isActive() || deaf) {
                return;
              }
              deadline.stop();
              switch (entry) {
                case Entry.Admitted(var opener) -> admitted.accept(opener);
                case Entry.Refused(var status) -> refuse(ctx, request, HttpReply.status(status));
                case null -> refuse(ctx, request, HttpReply.status(503));
              }
            });
  }

  /** The token that stands in the Authorization header (RFC 6750 section 2.1), or nothing. */
  private static String bearer(HttpRequest request) {
    var given = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
    var one = given.size() == 1 ? given.getFirst() : "";
    return one.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? one.substring(BEARER.length()).strip()
        : "";
  }

  private static String query(HttpRequest request) {
    var query = request.uri().indexOf('?');
    return query < 0 ? "" : request.uri().substring(query + 1);
  }

  /** The handlers of a WebSocket take over; bytes that came early are for them. */
  private void open(
      ChannelHandlerContext ctx,
      Handshake.Accepted accepted,
      Consumer<ChannelHandlerContext> addSocket) {
    deaf = true;
    if (accepted.deflate()) {
      ctx.channel().config().setRecvByteBufAllocator(Reads.FEW);
    }
    ctx.writeAndFlush(Unpooled.wrappedBuffer(accepted.response()));
    var shared = reception.webSockets();
    var pipeline = ctx.pipeline();
    pipeline.addLast(
        new FrameDecoder(accepted.deflate() ? shared.deflatedFrames() : shared.plainFrames()));
    addSocket.accept(pipeline.lastContext());
    pipeline.remove(this);
    pipeline.remove(HttpRequestDecoder.class);
  }

  private void become(
      ChannelHandlerContext ctx,
      Route route,
      Handshake.Accepted accepted,
      ChannelHandlerContext frameDecoder,
      Peer peer) {
    var shared = reception.webSockets();
    if (route instanceof Route.Session) {
      var socket = new SessionSocket(shared, addressKey, accepted.deflate(), frameDecoder);
      ctx.pipeline().addLast(socket);
      socket.begin(lane(ctx), encoding(accepted.deflate()), peer);
    } else {
      var socket = new EchoSocket(shared, addressKey, accepted.deflate());
      ctx.pipeline().addLast(socket);
      socket.begin();
    }
  }

  private Lane lane(ChannelHandlerContext ctx) {
    return reception.loops().lane(ctx.channel().eventLoop());
  }

  private Encoding encoding(boolean deflate) {
    return deflate
        ? reception.webSockets().deflatedEncoding()
        : reception.webSockets().plainEncoding();
  }
}
