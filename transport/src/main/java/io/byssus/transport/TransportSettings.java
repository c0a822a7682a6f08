package io.byssus.transport;

import io.byssus.protocol.JsonLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the transport is told. Each part checks itself. */
public record TransportSettings(
    Listen listen, Http http, Messages messages, JsonLimits json, Access access, Deflate deflate) {
  public static final TransportSettings DEFAULTS =
      new TransportSettings(
          Listen.DEFAULTS,
          Http.DEFAULTS,
          Messages.DEFAULTS,
          JsonLimits.DEFAULTS,
          Access.DEFAULTS,
          Deflate.OFF);

  public TransportSettings with(Listen other) {
    return new TransportSettings(other, http, messages, json, access, deflate);
  }

  public TransportSettings with(Http other) {
    return new TransportSettings(listen, other, messages, json, access, deflate);
  }

  public TransportSettings with(Messages other) {
    return new TransportSettings(listen, http, other, json, access, deflate);
  }

  public TransportSettings with(Access other) {
    return new TransportSettings(listen, http, messages, json, other, deflate);
  }

  public TransportSettings with(Deflate other) {
    return new TransportSettings(listen, http, messages, json, access, other);
  }

  /**
   * @param port 0: any free one
   * @param backlog connections that the kernel keeps until they are accepted
   */
  public record Listen(String host, int port, int backlog) {
    public static final Listen DEFAULTS = new Listen("127.0.0.1", 8080, 4096);

    public Listen {
      Range.check("port", port, 0, 65_535);
      Range.check("backlog", backlog, 1, 65_535);
    }
  }

  /**
   * @param requestTimeout for a whole request, from the accepted connection or the first sign of it
   *     behind a response; then the connection is closed
   * @param keepAlive how long a connection may be silent after a response
   * @param requestLineBytes longer: 414
   * @param headerBytes all headers of a request together; more: 431
   * @param handshakes connections at once that have not asked for anything yet; with more the
   *     oldest is reset. 0: as many as there is memory for
   */
  public record Http(
      Duration requestTimeout,
      Duration keepAlive,
      int requestLineBytes,
      int headerBytes,
      int handshakes) {
    public static final Http DEFAULTS =
        new Http(Duration.ofSeconds(10), Duration.ofSeconds(75), 4096, 16 << 10, 0);

    public Http {
      Range.positive("requestTimeout", requestTimeout);
      Range.positive("keepAlive", keepAlive);
      Range.check("requestLineBytes", requestLineBytes, 64, 1 << 16);
      Range.check("headerBytes", headerBytes, 256, 1 << 20);
      Range.check("handshakes", handshakes, 0, 1 << 20);
    }
  }

  /**
   * @param messageBytes longest message, all its fragments together, inflated; then close 1009
   * @param fragments most of one message; then close 1008
   * @param messageTimeout from the first fragment of a message to its last; then close 1008
   * @param controlsPerSecond pings, pongs and the like of one connection, on average; then close
   *     1008
   * @param controlsBurst how many it may send at once
   * @param closeTimeout how long the peer may take to answer our close frame; then the connection
   *     is reset
   * @param unsentBytes waiting in the transport for one connection; with more it is not writable,
   *     until half of it is sent. As much again may wait in the kernel
   * @param echoIdleTimeout of a silent connection to the echo; then close 1001
   */
  public record Messages(
      int messageBytes,
      int fragments,
      Duration messageTimeout,
      int controlsPerSecond,
      int controlsBurst,
      Duration closeTimeout,
      int unsentBytes,
      Duration echoIdleTimeout) {
    public static final Messages DEFAULTS =
        new Messages(
            64 << 10,
            256,
            Duration.ofSeconds(30),
            10,
            50,
            Duration.ofSeconds(3),
            64 << 10,
            Duration.ofMinutes(5));

    public Messages {
      Range.check("messageBytes", messageBytes, 125, 64 << 20);
      Range.check("fragments", fragments, 1, 1 << 20);
      Range.positive("messageTimeout", messageTimeout);
      Range.check("controlsPerSecond", controlsPerSecond, 1, 1_000_000);
      Range.check("controlsBurst", controlsBurst, 1, 1_000_000);
      Range.positive("closeTimeout", closeTimeout);
      Range.check("unsentBytes", unsentBytes, 1024, 64 << 20);
      Range.positive("echoIdleTimeout", echoIdleTimeout);
    }
  }

  /**
   * @param connectionsPerAddress from one IPv4 address or IPv6 /64 network; then 429
   * @param loopbackExempt whether connections of this machine are not counted
   * @param trustedProxies whose X-Forwarded-For and X-Forwarded-Proto are believed
   * @param origins of pages that may open a WebSocket besides our own, as scheme://host[:port]; *
   *     stands for any
   * @param cookie whose value is a token, where the page is one of these by name
   */
  public record Access(
      int connectionsPerAddress,
      boolean loopbackExempt,
      List<Cidr> trustedProxies,
      List<String> origins,
      Optional<String> cookie) {
    public static final Access DEFAULTS = new Access(1000, true, List.of(), List.of());

    /** Without a cookie. */
    public Access(
        int connectionsPerAddress,
        boolean loopbackExempt,
        List<Cidr> trustedProxies,
        List<String> origins) {
      this(connectionsPerAddress, loopbackExempt, trustedProxies, origins, Optional.empty());
    }

    public Access {
      Range.check("connectionsPerAddress", connectionsPerAddress, 1, Integer.MAX_VALUE);
      trustedProxies = List.copyOf(trustedProxies);
      origins = List.copyOf(origins);
    }
  }

  /**
   * permessage-deflate (RFC 7692).
   *
   * @param on whether it is negotiated at all
   * @param thresholdBytes shorter messages are sent as they are
   * @param level 1 (fast) to 9 (small)
   */
  public record Deflate(boolean on, int thresholdBytes, int level) {
    public static final Deflate OFF = new Deflate(false, 512, 6);

    public Deflate {
      Range.check("thresholdBytes", thresholdBytes, 1, 1 << 20);
      Range.check("level", level, 1, 9);
    }
  }
}
