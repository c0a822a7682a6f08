package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.byssus.redis.RedisAddress.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Takes the URL of a Redis apart. What it does not understand may be a password in the wrong place,
 * so no part of the URL is repeated in a message.
 */
final class RedisUrl {
  private static final Pattern SCHEME =
      Pattern.compile("(?i)(?:redis|valkey)(s?)(?:-(sentinel|cluster))?");
  private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\\w.-]+)?");
  private static final Pattern PRIMARY = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern DATABASE = Pattern.compile("\\d{1,6}");
  private static final Pattern PORT = Pattern.compile("\\d{1,5}");
  private static final int REDIS_PORT = 6379;
  private static final int SENTINEL_PORT = 26379;
  private static final int PORT_MAX = 65_535;

  private final Kind kind;
  private final boolean tls;
  private final String login;
  private final String hosts;
  private final String path;

  RedisUrl(String url) {
    var slashes = url.indexOf("://");
    var scheme = SCHEME.matcher(slashes < 0 ? "" : url.substring(0, slashes));
    if (!scheme.matches()) {
      throw new IllegalArgumentException(
          "not a Redis address; use "
              + shape(Kind.STANDALONE, false)
              + ", "
              + shape(Kind.SENTINEL, false)
              + " or "
              + shape(Kind.CLUSTER, false)
              + ", with rediss for TLS");
    }
    tls = !scheme.group(1).isEmpty();
    kind = scheme.group(2) == null ? Kind.STANDALONE : Kind.valueOf(upper(scheme.group(2)));
    var rest = url.substring(slashes + 3);
    var slash = rest.indexOf('/');
    var authority = slash < 0 ? rest : rest.substring(0, slash);
    path = slash < 0 ? "" : rest.substring(slash + 1);
    check(
        path.indexOf('@') < 0,
        "a slash within user or password is written as %2F (and % as %25, @ as %40)");
    var at = authority.lastIndexOf('@');
    login = at < 0 ? "" : authority.substring(0, at);
    hosts = authority.substring(at + 1);
    check(at != 0, "user and password are missing before the @");
    check(
        (hosts + path).chars().noneMatch(c -> c == '?' || c == '#'),
        "nothing may follow behind a ? or #");
  }

  RedisAddress address() {
    var colon = login.indexOf(':');
    return new RedisAddress(
        kind,
        hosts(),
        kind == Kind.SENTINEL ? primary() : "",
        database(),
        tls,
        decoded(colon < 0 ? login : login.substring(0, colon)),
        colon < 0 ? "" : decoded(login.substring(colon + 1)));
  }

  // Hosts.

  private List<Host> hosts() {
    var list = new ArrayList<Host>();
    for (var each : hosts.split(",", -1)) {
      list.add(host(each));
    }
    check(
        kind != Kind.STANDALONE || list.size() == 1,
        "one Redis has one host; several are Sentinels (redis-sentinel://) or nodes of a Cluster"
            + " (redis-cluster://)");
    return list;
  }

  private Host host(String text) {
    if (text.startsWith("[")) {
      var end = text.indexOf(']');
      check(end > 0, "the bracket of an IPv6 address is not closed");
      var name = text.substring(1, end);
      check(IPV6.matcher(name).matches(), "what stands in brackets is no IPv6 address");
      return new Host(name, port(text.substring(end + 1)));
    }
    var colon = text.indexOf(':');
    var name = colon < 0 ? text : text.substring(0, colon);
    check(!name.isEmpty(), "a host is missing");
    check(
        colon < 0 || text.indexOf(':', colon + 1) < 0,
        "a host has several colons; an IPv6 address stands in brackets, as in [::1]:6379");
    check(
        HOST_NAME.matcher(name).matches(),
        "a host has letters, digits, dots, dashes and underscores only");
    return new Host(name, port(colon < 0 ? "" : text.substring(colon)));
  }

  private int port(String text) {
    if (text.isEmpty()) {
      return kind == Kind.SENTINEL ? SENTINEL_PORT : REDIS_PORT;
    }
    var digits = text.substring(1);
    check(text.startsWith(":") && PORT.matcher(digits).matches(), "a port is not a number");
    var port = Integer.parseInt(digits);
    check(port > 0 && port <= PORT_MAX, "a port is none of 1 to 65535");
    return port;
  }

  // What follows the hosts.

  private String primary() {
    var name = path.split("/", 2)[0];
    check(!name.isEmpty(), "the name that the Sentinels give the primary is missing, as /mymaster");
    check(
        PRIMARY.matcher(name).matches(),
        "the primary's name has letters, digits, dots, dashes and underscores only");
    return name;
  }

  private int database() {
    var text = path;
    if (kind == Kind.SENTINEL) {
      text = path.contains("/") ? path.substring(path.indexOf('/') + 1) : "";
    }
    if (text.isEmpty()) {
      return 0;
    }
    check(DATABASE.matcher(text).matches(), "the database, behind the last slash, is not a number");
    var database = Integer.parseInt(text);
    check(kind != Kind.CLUSTER || database == 0, "a Redis Cluster has database 0 only");
    return database;
  }

  // User and password.

  private String decoded(String text) {
    var bytes = new ByteArrayOutputStream();
    for (var i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        bytes.write(hex(text, i + 1) << 4 | hex(text, i + 2));
        i += 2;
      } else {
        var end = text.offsetByCodePoints(i, 1);
        bytes.writeBytes(text.substring(i, end).getBytes(StandardCharsets.UTF_8));
        i = end - 1;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw refused("the percent signs in user or password do not make UTF-8 text");
    }
  }

  private int hex(String text, int index) {
    var digit = index < text.length() ? Character.digit(text.charAt(index), 16) : -1;
    check(
        digit >= 0,
        "a % within user or password needs two hexadecimal digits behind it; itself it is %25");
    return digit;
  }

  // Refusals.

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw refused(otherwise);
    }
  }

  private IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException(reason + "; expected " + shape(kind, tls));
  }

  static String scheme(Kind kind, boolean tls) {
    var redis = tls ? "rediss" : "redis";
    return switch (kind) {
      case STANDALONE -> redis;
      case SENTINEL -> redis + "-sentinel";
      case CLUSTER -> redis + "-cluster";
    };
  }

  private static String shape(Kind kind, boolean tls) {
    var rest =
        switch (kind) {
          case STANDALONE -> "[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]";
          case SENTINEL -> "[USER[:PASSWORD]@]HOST[:PORT],HOST[:PORT]/PRIMARY[/DATABASE]";
          case CLUSTER -> "[USER[:PASSWORD]@]HOST[:PORT],HOST[:PORT]";
        };
    return scheme(kind, tls) + "://" + rest;
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }
}
