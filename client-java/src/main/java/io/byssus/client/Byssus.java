package io.byssus.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import tools.jackson.core.io.JsonStringEncoder;

/** Makes clients. */
public final class Byssus {
  private Byssus() {}

  /** Starts to connect to {@code server}, such as {@code ws://localhost:8080/ws}. */
  public static Client connect(URI server) {
    return client(server).connect();
  }

  /** The same, from text. */
  public static Client connect(String server) {
    return connect(URI.create(server));
  }

  /** A builder for a client with options. */
  public static ClientBuilder client(URI server) {
    return new ClientBuilder(server);
  }

  /** The same, from text. */
  public static ClientBuilder client(String server) {
    return client(URI.create(server));
  }

  /** {@code text} as JSON: in quotation marks, and with the escapes that it needs. */
  public static String text(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsUTF8(text), UTF_8) + '"';
  }
}
