package io.byssus.api;

import io.byssus.core.lane.Ticker;
import io.byssus.protocol.JsonCodec;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listener of the API. Its threads only begin operations and write answers, so there are few.
 */
public final class ApiServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("io.byssus.api");
  private static final int THREADS_MAX = 32;
  private static final int THREADS_MIN = 4;
  private static final int PORTS_TRIED = 100;
  private static final int POLL_MS = 10;

  /** For the last bytes of the last answer. */
  private static final int AFTERWARDS_MS = 100;

  private final Server server;
  private final ServerConnector connector;
  private final Api api;
  private final ApiKeys keys;
  private final boolean loopback;
  private final AtomicInteger underWay;

  private ApiServer(
      Server server,
      ServerConnector connector,
      Api api,
      ApiKeys keys,
      boolean loopback,
      AtomicInteger underWay) {
    this.server = server;
    this.connector = connector;
    this.api = api;
    this.keys = keys;
    this.loopback = loopback;
    this.underWay = underWay;
  }

  /**
   * Listens from here on.
   *
   * @param keys are closed with the server
   * @throws IOException if the address cannot be had
   */
  public static ApiServer start(
      ApiSettings settings, ApiKeys keys, ServedNode node, JsonCodec codec, Ticker ticker)
      throws IOException {
    var address = new InetSocketAddress(settings.host(), settings.port());
    if (address.isUnresolved()) {
      throw new UnknownHostException(settings.host());
    }
    var loopback = address.getAddress().isLoopbackAddress();
    var threads = new QueuedThreadPool(THREADS_MAX, THREADS_MIN);
    threads.setName("byssus-api");
    threads.setDaemon(true);
    var server = new Server(threads);
    var underWay = new AtomicInteger();
    var api = Api.of(node, settings, keys, codec, loopback, ticker);
    server.setHandler(new Counted(api, underWay));
    server.setErrorHandler(ApiServer::error);
    var connector = connector(server, settings);
    try {
      open(connector, settings);
      server.start();
    } catch (IOException e) {
      connector.close();
      throw e;
    } catch (Exception e) {
      connector.close();
      throw new IOException("the API cannot be served: " + e.getMessage(), e);
    }
    return new ApiServer(server, connector, api, keys, loopback, underWay);
  }

  private static ServerConnector connector(Server server, ApiSettings settings) {
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    // The names of channels may be anything. Paths are cut before they are decoded, and lead to no
    // file, so none of these is a trap here.
    http.setUriCompliance(UriCompliance.UNSAFE);
    var connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(settings.host());
    connector.setIdleTimeout(settings.idleTimeout().toMillis());
    server.addConnector(connector);
    return connector;
  }

  private static void open(ServerConnector connector, ApiSettings settings) throws IOException {
    for (var tried = 0; ; tried++) {
      connector.setPort(settings.port() == 0 ? 0 : settings.port() + tried);
      try {
        connector.open();
        return;
      } catch (IOException e) {
        var taken = e instanceof BindException || e.getCause() instanceof BindException;
        if (!settings.nextFree() || !taken || tried == PORTS_TRIED) {
          throw e;
        }
      }
    }
  }

  /** What Jetty refuses, or what fails: nothing of the exception is told. */
  private static boolean error(Request request, Response response, Callback done) {
    var status = response.getStatus() < 400 ? 500 : response.getStatus();
    var code = Status.code(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Exchange.JSON);
    // Where the next request would begin is not known any more: Jetty hangs up, and this says so.
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    var failure = request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
    if (status == 500 && failure instanceof Throwable thrown && !isOfTheCaller(thrown)) {
      log.atError()
          .addKeyValue("event", "api_request_failed")
          .setCause(thrown)
          .log("a request of the API failed");
    }
    var message = status < 500 ? "not a request that can be read" : "the server has a defect";
    response.write(true, ByteBuffer.wrap(Replies.error(code, message)), done);
    return true;
  }

  /** It went away, or was too slow. */
  private static boolean isOfTheCaller(Throwable failure) {
    return failure instanceof IOException
        || failure instanceof TimeoutException
        || failure instanceof QuietException;
  }

  /** Knows how many requests are not answered yet. */
  private static final class Counted extends Handler.Wrapper {
    private final AtomicInteger underWay;

    Counted(Handler handler, AtomicInteger underWay) {
      super(handler);
      this.underWay = underWay;
    }

    @Override
    public boolean handle(Request request, Response response, Callback done) throws Exception {
      underWay.incrementAndGet();
      Request.addCompletionListener(request, failure -> underWay.decrementAndGet());
      return super.handle(request, response, done);
    }
  }

  /** With the real port. */
  public InetSocketAddress address() {
    return new InetSocketAddress(connector.getHost(), connector.getLocalPort());
  }

  /** What there is, as METHOD /path. */
  List<String> served() {
    return api.served();
  }

  /** Whether anything but metrics and health is served. */
  public boolean serves() {
    return loopback || keys.any();
  }

  /**
   * Accepts no more, lets what is under way be answered for so long, and ends. Streams end at once.
   */
  public void stop(Duration patience) {
    var until = System.nanoTime() + patience.toNanos();
    connector.shutdown();
    api.streams().end();
    try {
      while (underWay.get() > 0 && System.nanoTime() - until < 0) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
      TimeUnit.MILLISECONDS.sleep(patience.isZero() ? 0 : AFTERWARDS_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  @Override
  public void close() {
    api.streams().end();
    keys.close();
    try {
      server.stop();
    } catch (Exception e) {
      log.atWarn().addKeyValue("event", "api_stop_failed").setCause(e).log("the API did not stop");
    }
  }
}
