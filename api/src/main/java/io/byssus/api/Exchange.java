package io.byssus.api;

import io.byssus.core.operations.Answer;
import io.byssus.core.operations.Principal;
import io.byssus.protocol.ErrorCode;
import io.byssus.protocol.JsonFields;
import io.byssus.protocol.JsonWriter;
import io.byssus.protocol.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One request that was let in, and its answer. An operation is begun on the thread of the listener
 * and answered on the one where its stage completes: nobody waits.
 *
 * @param path the segments of the path as they were sent
 */
record Exchange(
    Api api,
    Request request,
    Response response,
    Callback done,
    Principal by,
    Endpoint endpoint,
    List<String> path) {
  static final String JSON = MimeTypes.Type.APPLICATION_JSON.asString();

  /** What stands in the path where the endpoint has {@code {name}}. */
  String name(String name) {
    var at = endpoint.segments().indexOf("{" + name + "}");
    return Paths.decode(path.get(at));
  }

  Query query(String... known) {
    return new Query(request.getHttpURI().getQuery(), Set.of(known));
  }

  /** Hands on the fields of the body, once it is there whole. */
  void body(Consumer<JsonFields> reader) {
    if (!isOf(JSON)) {
      refuse(
          new Refusal(
              Status.UNSUPPORTED_MEDIA_TYPE,
              ErrorCode.UNSUPPORTED,
              "the body must be JSON, and said so: Content-Type: " + JSON));
      return;
    }
    new Body(this, api.settings(), bytes -> attempt(() -> reader.accept(api.codec().fields(bytes))))
        .run();
  }

  boolean isOf(String type) {
    var given = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    return given != null
        && type.equalsIgnoreCase(MimeTypes.getContentTypeWithoutCharset(given).strip());
  }

  /** Runs what reads the request; what it should not be is answered 400. */
  void attempt(Runnable reading) {
    try {
      reading.run();
    } catch (Refused refused) {
      refuse(new Refusal(refused.code(), refused.words()));
    }
  }

  /** A task that is not run by Jetty's handling of the request: if it throws, the request fails. */
  void orFail(Runnable task) {
    try {
      task.run();
    } catch (Throwable defect) {
      done.failed(defect);
    }
  }

  /** How an operation's stage ended: one of the two is null. */
  @FunctionalInterface
  interface Ending<T, A> {
    Answer<A> of(@Nullable T value, @Nullable Throwable failure);
  }

  <T, A> void answer(CompletionStage<T> stage, Ending<T, A> ending, Replies.Body<A> body) {
    stage.whenComplete((value, failure) -> orFail(() -> answer(ending.of(value, failure), body)));
  }

  private <A> void answer(Answer<A> answer, Replies.Body<A> body) {
    switch (answer) {
      case Answer.Done<A>(var value) -> ok(out -> body.write(out, value));
      case Answer.Rejected<A>(var code, var message) -> refuse(new Refusal(code, message));
      case Answer.Unknown<A>(var message) -> refuse(new Refusal(ErrorCode.UNKNOWN, message));
    }
  }

  void json(JsonWriter out) {
    write(Status.OK, JSON, out.end());
  }

  void ok(Consumer<JsonWriter> body) {
    var out = JsonWriter.object(0);
    body.accept(out);
    json(out);
  }

  void refuse(Refusal refusal) {
    refuse(refusal, response, done);
  }

  static void refuse(Refusal refusal, Response response, Callback done) {
    if (refusal.code() == ErrorCode.UNAUTHORIZED) {
      response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
    }
    if (refusal.code() == ErrorCode.RATE_LIMITED) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
    }
    write(refusal.status(), JSON, Replies.error(refusal.code(), refusal.message()), response, done);
  }

  void text(int status, String type, String text) {
    write(status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  void write(int status, String type, byte[] body) {
    write(status, type, body, response, done);
  }

  private static void write(
      int status, String type, byte[] body, Response response, Callback done) {
    response.setStatus(status);
    var headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, type);
    headers.put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), done);
  }
}
