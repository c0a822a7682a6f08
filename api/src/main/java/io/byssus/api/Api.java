package io.byssus.api;

import io.byssus.core.lane.Ticker;
import io.byssus.core.operations.Right;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonCodec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * All that is served, and the way there: a request is let in, finds its endpoint, shows that it may
 * and is answered. Runs on the threads of the listener and never waits; what takes its time goes to
 * a virtual thread of its own.
 */
final class Api extends Handler.Abstract.NonBlocking {
  /** Before the paths of the API itself, and not before those that operators' tools know. */
  private static final String BASE = "/api/v1";

  private final ServedNode node;
  private final ApiSettings settings;
  private final JsonCodec codec;
  private final Doorkeeper doorkeeper;
  private final Streams streams = new Streams();
  private final Map<String, Endpoint> fixed = new HashMap<>();
  private final List<Endpoint> named;
  private final List<Endpoint> all;

  Api(ServedNode node, ApiSettings settings, JsonCodec codec, Doorkeeper doorkeeper) {
    this.node = node;
    this.settings = settings;
    this.codec = codec;
    this.doorkeeper = doorkeeper;
    this.all =
        Stream.of(
                Publications.endpoints(BASE),
                Channels.endpoints(BASE),
                Sessions.endpoints(BASE),
                SessionChanges.endpoints(BASE),
                Nodes.endpoints(BASE),
                Pages.endpoints(BASE))
            .flatMap(List::stream)
            .toList();
    this.named =
        all.stream()
            .filter(endpoint -> endpoint.segments().stream().anyMatch(Endpoint::isName))
            .toList();
    all.stream()
        .filter(endpoint -> !named.contains(endpoint))
        .forEach(endpoint ->
            fixed.put(endpoint.method() + " /" + String.join("/", endpoint.segments()), endpoint));
  }

  List<String> served() {
    return all.stream()
        .map(endpoint -> endpoint.method() + " /" + String.join("/", endpoint.segments()))
        .toList();
  }

  ServedNode node() {
    return node;
  }

  ApiSettings settings() {
    return settings;
  }

  JsonCodec codec() {
    return codec;
  }

  Doorkeeper doorkeeper() {
    return doorkeeper;
  }

  Streams streams() {
    return streams;
  }

  @Override
  public boolean handle(Request request, Response response, Callback done) {
    var path = request.getHttpURI().getPath();
    var method = request.getMethod();
    var known = fixed.get(method + " " + path);
    if (known != null) {
      serve(known, List.of(), request, response, done);
      return true;
    }
    var segments = path == null || !path.startsWith("/") ? List.of("") : Paths.split(path);
    for (var endpoint : named) {
      if (endpoint.isAt(segments) && endpoint.method().equals(method)) {
        serve(endpoint, segments, request, response, done);
        return true;
      }
    }
    refuseUnknown(segments, request, response, done);
    return true;
  }

  private void refuseUnknown(
      List<String> segments, Request request, Response response, Callback done) {
    var methods =
        all.stream()
            .filter(endpoint -> endpoint.isAt(segments))
            .map(Endpoint::method)
            .collect(Collectors.toCollection(TreeSet::new));
    if (methods.isEmpty()) {
      refuse(
          new Refusal(ErrorCode.NOT_FOUND, "there is no such path; see " + BASE + "/openapi.yaml"),
          response,
          done);
    } else {
      response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", methods));
      refuse(
          new Refusal(
              Status.METHOD_NOT_ALLOWED,
              ErrorCode.UNSUPPORTED,
              "this path takes " + String.join(", ", methods)),
          response,
          done);
    }
  }

  private void serve(
      Endpoint endpoint, List<String> path, Request request, Response response, Callback done) {
    var foreign = doorkeeper.foreignPage(request);
    if (foreign.isPresent()) {
      refuse(foreign.get(), response, done);
      return;
    }
    if (endpoint.rights().isEmpty()) {
      begin(new Exchange(this, request, response, done, Doorkeeper.OPERATOR, endpoint, path));
      return;
    }
    var judgement = doorkeeper.judge(request);
    var by = judgement.admitted();
    if (by == null) {
      refuse(judgement.refused(), response, done);
      return;
    }
    if (endpoint.rights().stream().noneMatch(by::mayAny)) {
      refuse(forbidden(endpoint), response, done);
      return;
    }
    var full = doorkeeper.enter(by);
    if (full.isPresent()) {
      refuse(full.get(), response, done);
      return;
    }
    Request.addCompletionListener(request, failure -> doorkeeper.leave(by));
    begin(new Exchange(this, request, response, done, by, endpoint, path));
  }

  private static void begin(Exchange exchange) {
    exchange.attempt(() -> exchange.endpoint().serving().serve(exchange));
  }

  private static Refusal forbidden(Endpoint endpoint) {
    var scopes = endpoint.rights().stream().map(Right::scope).collect(Collectors.joining(" or "));
    return new Refusal(ErrorCode.FORBIDDEN, "the key does not have the scope " + scopes);
  }

  private void refuse(Refusal refusal, Response response, Callback done) {
    Exchange.refuse(refusal, response, done);
  }

  static Api of(
      ServedNode node,
      ApiSettings settings,
      ApiKeys keys,
      JsonCodec codec,
      boolean loopback,
      Ticker ticker) {
    return new Api(node, settings, codec, new Doorkeeper(settings, keys, loopback, ticker));
  }
}
