package io.byssus.tests.bench;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One row of the table.
 *
 * @param size connections, or clients in flight
 */
record Scenario(String name, Kind kind, int size, Variant variant) {
  private static final Pattern SYNTAX =
      Pattern.compile("(connect)|(fanout|burst|echo|heap)-(\\d{1,5})(-history|-own)?");
  private static final int CONNECTING = 32;

  static final int BURST = 10;

  static final List<Scenario> ALL =
      Stream.of(
              "fanout-1000",
              "fanout-1000-history",
              "fanout-5000",
              "fanout-5000-history",
              "burst-1000",
              "burst-1000-history",
              "burst-5000",
              "burst-5000-history",
              "echo-100",
              "connect",
              "heap-15000",
              "heap-15000-own")
          .map(Scenario::parse)
          .toList();

  enum Kind {
    FANOUT(1.2),
    BURST(1.5),
    ECHO(1.2),
    CONNECT(2.5),
    /** Bytes for each session, not a ratio. */
    HEAP(3072);

    private final double bar;

    Kind(double bar) {
      this.bar = bar;
    }
  }

  enum Variant {
    PLAIN,
    /** A channel that keeps its publications. */
    HISTORY,
    /** A channel for each. */
    OWN_CHANNEL
  }

  static Scenario parse(String name) {
    var parts = SYNTAX.matcher(name);
    if (!parts.matches()) {
      throw new IllegalArgumentException("there is no scenario " + name);
    }
    if (parts.group(1) != null) {
      return new Scenario(name, Kind.CONNECT, CONNECTING, Variant.PLAIN);
    }
    var kind = Kind.valueOf(parts.group(2).toUpperCase(Locale.ROOT));
    return new Scenario(
        name, kind, Integer.parseInt(parts.group(3)), variant(name, kind, parts.group(4)));
  }

  private static Variant variant(String name, Kind kind, String suffix) {
    if (suffix == null) {
      return Variant.PLAIN;
    }
    var fits =
        switch (kind) {
          case FANOUT, BURST -> suffix.equals("-history");
          case HEAP -> suffix.equals("-own");
          case ECHO, CONNECT -> false;
        };
    if (!fits) {
      throw new IllegalArgumentException("there is no scenario " + name);
    }
    return suffix.equals("-own") ? Variant.OWN_CHANNEL : Variant.HISTORY;
  }

  /** What must not be exceeded: the ratio to the yardstick, or bytes. */
  double bar() {
    return kind.bar;
  }

  String words() {
    return switch (kind) {
      case FANOUT -> "%,d subscribers%s, one message at a time".formatted(size, history());
      case BURST -> "%,d subscribers%s, ten messages waiting".formatted(size, history());
      case ECHO -> "echo, %d connections".formatted(size);
      case CONNECT -> "connect with a session / bare handshake, %d in flight".formatted(size);
      case HEAP ->
          "live heap of an idle session, %,d of them, %s"
              .formatted(size, variant == Variant.PLAIN ? "one channel" : "a channel for each");
    };
  }

  private String history() {
    return variant == Variant.HISTORY ? ", with history" : "";
  }

  /** How Byssus is spoken to. */
  Dialect dialect() {
    return switch (variant) {
      case PLAIN ->
          kind == Kind.HEAP ? Dialect.Native.withHistory() : Dialect.Native.withoutHistory();
      case HISTORY -> Dialect.Native.withHistory();
      case OWN_CHANNEL -> Dialect.Native.ownChannel();
    };
  }

  Load load(Generator generator, InetSocketAddress server, Dialect spoken) {
    return switch (kind) {
      case FANOUT -> Broadcast.open(generator, server, spoken, size, 1);
      case BURST -> Broadcast.open(generator, server, spoken, size, BURST);
      case ECHO -> Echoes.open(generator, server, size);
      case CONNECT -> new Arrivals(generator, server, spoken.newcomer(), size);
      case HEAP -> throw new IllegalArgumentException("an idle client is no load");
    };
  }
}
