package io.byssus.transport;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection from its start until it is a WebSocket: answers plain requests, refuses what is
 * against the rules, and hands the rest over. After a refusal the connection is never used again.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter implements Holder {
  private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

  private final ListenerContext listener;
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

  RequestHandler(ListenerContext listener) {
    this.listener = listener;
  }

  // The connection.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    var times = listener.settings().http();
    deadline = new RequestDeadline(ctx.executor(), times, () -> giveUp(ctx));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    listener.connections().increment();
    if (ctx.channel().remoteAddress() == null) {
      // The client has gone before it could be asked who it is.
      ctx.close();
    } else if (admit(ctx)) {
      listener.room().halfOpen(ctx.channel().eventLoop()).enter(ctx.channel());
      deadline.request();
    } else {
      // Not worth the wait for the client to hang up: there may be very many of these.
      deaf = true;
      listener.observer().requestRefused(429);
      var reply = HttpReply.status(429).bytes(ctx.alloc(), true, false);
      ctx.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /**
   * Clients behind a trusted proxy share its address; they are counted when they have told theirs.
   */
  private boolean admit(ChannelHandlerContext ctx) {
    var address = address(ctx);
    return listener.proxies().trusts(address) || count(address);
  }

  /** Counts the connection for {@code address}; false if that one has as many as it may. */
  boolean count(InetAddress address) {
    var key = listener.addresses().key(address);
    if (!listener.addresses().enter(key)) {
      return false;
    }
    addressKey = key;
    return true;
  }

  static InetAddress address(ChannelHandlerContext ctx) {
    return ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
  }

  private void giveUp(ChannelHandlerContext ctx) {
    if (answered) {
      ctx.close();
    } else {
      listener.observer().requestTimedOut();
      LingeringClose.reset(ctx.channel());
    }
  }

  // What an upgrade needs.

  ListenerContext listener() {
    return listener;
  }

  /** With which the connection has entered the address limit. */
  long addressKey() {
    return addressKey;
  }

  /** An answer takes its time: what comes meanwhile is refused, and the time is bounded. */
  void beginAnswer() {
    answering = true;
    deadline.request();
  }

  /** The answer is there. False if there is nobody to give it to any more. */
  boolean endAnswer() {
    answering = false;
    if (!ctx.channel().isActive() || deaf) {
      return false;
    }
    deadline.stop();
    return true;
  }

  /** Somebody else takes the connection over. */
  void handOver() {
    deaf = true;
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
      listener.room().holders(ctx.channel().eventLoop()).changed(this, before, now);
    }
  }

  @Override
  public long holds() {
    return held;
  }

  @Override
  public void letGo() {
    LingeringClose.reset(ctx.channel());
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
    listener.room().halfOpen(ctx.channel().eventLoop()).leave(ctx.channel());
    weigh(0);
    deadline.stop();
    listener.connections().decrement();
    listener.addresses().leave(addressKey);
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
    listener.room().halfOpen(ctx.channel().eventLoop()).leave(ctx.channel());
    switch (listener.routes().get(path(whole))) {
      case Route.Session session -> new WebSocketUpgrade(this, ctx, whole).to(session);
      case Route.Bytes bytes -> new WebSocketUpgrade(this, ctx, whole).to(bytes);
      case Route.Echo echo -> new WebSocketUpgrade(this, ctx, whole).to(echo);
      case Route.Page(var reply) -> answer(ctx, whole, reply.get());
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

  private void answer(ChannelHandlerContext ctx, HttpRequest request, HttpReply reply) {
    var withBody = !request.method().equals(HttpMethod.HEAD);
    if (!HttpUtil.isKeepAlive(request)) {
      say(ctx, reply, withBody);
    } else {
      answered = true;
      ctx.writeAndFlush(reply.bytes(ctx.alloc(), withBody, true));
      weigh();
      listener.room().halfOpen(ctx.channel().eventLoop()).enter(ctx.channel());
      deadline.next();
    }
  }

  /** Answers with what is wrong, and ends the connection. */
  void refuse(ChannelHandlerContext ctx, HttpRequest request, HttpReply reply) {
    listener.observer().requestRefused(reply.status());
    say(ctx, reply, !request.method().equals(HttpMethod.HEAD));
  }

  /** Answers and ends the connection. */
  private void say(ChannelHandlerContext ctx, HttpReply reply, boolean withBody) {
    deaf = true;
    deadline.stop();
    var bytes = reply.bytes(ctx.alloc(), withBody, false);
    LingeringClose.send(ctx, bytes, listener.settings().messages().closeTimeout());
    weigh();
    ctx.pipeline().remove(HttpRequestDecoder.class);
  }
}
