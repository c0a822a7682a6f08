package io.byssus.api;

import io.byssus.core.lane.Ticker;
import io.byssus.core.operations.Principal;
import io.byssus.protocol.ErrorCode;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in at all: no page of a browser, nobody without a key where keys are asked for, and
 * nobody who has too much under way. From any thread.
 */
final class Doorkeeper {
  private static final String BEARER = "Bearer ";
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");
  static final Principal OPERATOR = new Principal.Operator();
  private static final String OF_ALL = "";

  private final ApiSettings settings;
  private final ApiKeys keys;
  private final boolean loopback;
  private final Ticker ticker;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Map<String, KeyUse> uses = new ConcurrentHashMap<>();

  /**
   * @param loopback whether no other machine reaches the listener
   */
  Doorkeeper(ApiSettings settings, ApiKeys keys, boolean loopback, Ticker ticker) {
    this.settings = settings;
    this.keys = keys;
    this.loopback = loopback;
    this.ticker = ticker;
  }

  /** One of the two is null. */
  record Judgement(@Nullable Principal admitted, @Nullable Refusal refusal) {
    Refusal refused() {
      return Objects.requireNonNull(refusal);
    }

    static Judgement no(ErrorCode code, String message) {
      return new Judgement(null, new Refusal(code, message));
    }
  }

  /**
   * A page that a browser shows must reach nothing, be it of a foreign site (it sends where it is
   * from) or of one whose name has come to mean this machine (it sends that name as host).
   */
  Optional<Refusal> foreignPage(Request request) {
    var headers = request.getHeaders();
    var host = String.valueOf(headers.get(HttpHeader.HOST));
    var origin = headers.get(HttpHeader.ORIGIN);
    var site = headers.get("Sec-Fetch-Site");
    if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
      return Optional.of(new Refusal(ErrorCode.FORBIDDEN, "pages of other origins are refused"));
    }
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return Optional.of(new Refusal(ErrorCode.FORBIDDEN, "pages of other sites are refused"));
    }
    if (loopback && !isThisMachine(host)) {
      return Optional.of(
          new Refusal(
              ErrorCode.FORBIDDEN,
              "this listener serves its own machine: call it localhost, or by its address"));
    }
    return Optional.empty();
  }

  private boolean isThisMachine(String host) {
    var colon = host.lastIndexOf(':');
    var name = colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    return THIS_MACHINE.contains(name.toLowerCase(Locale.ROOT))
        || name.equalsIgnoreCase(settings.host());
  }

  Judgement judge(Request request) {
    if (!keys.any()) {
      return loopback
          ? new Judgement(OPERATOR, null)
          : Judgement.no(
              ErrorCode.FORBIDDEN,
              "other machines reach this listener and it has no keys: set api.keys-file");
    }
    var shown = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    if (shown == null || !shown.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Judgement.no(ErrorCode.UNAUTHORIZED, "send a key as Authorization: Bearer KEY");
    }
    return keys.find(shown.substring(BEARER.length()).strip())
        .map(key -> new Judgement(key.principal(), null))
        .orElseGet(() -> Judgement.no(ErrorCode.UNAUTHORIZED, "no such key"));
  }

  /** Whether there is room for one more request; {@link #leave} must follow if there was. */
  Optional<Refusal> enter(Principal by) {
    var use = use(by);
    if (!use.take(ticker.nanoTime())) {
      return Optional.of(tooMany("requests a second"));
    }
    if (!use.enter()) {
      return Optional.of(tooMany("requests at once"));
    }
    if (underWay.incrementAndGet() > settings.underWayInAll()) {
      underWay.decrementAndGet();
      use.leave();
      return Optional.of(
          new Refusal(ErrorCode.UNAVAILABLE, "too many requests are under way; try again later"));
    }
    return Optional.empty();
  }

  /** A line of a batch counts like a request. */
  boolean takes(Principal by) {
    return use(by).take(ticker.nanoTime());
  }

  void leave(Principal by) {
    underWay.decrementAndGet();
    use(by).leave();
  }

  static Refusal tooMany(String what) {
    return new Refusal(ErrorCode.RATE_LIMITED, "too many " + what + " with this key; slow down");
  }

  private KeyUse use(Principal by) {
    var name = by instanceof Principal.Key(var key, var _) ? key : OF_ALL;
    var known = uses.get(name);
    return known == null
        ? uses.computeIfAbsent(name, any -> new KeyUse(settings, ticker.nanoTime()))
        : known;
  }
}
