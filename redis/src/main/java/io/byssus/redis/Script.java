package io.byssus.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is done in Redis in one step: each is a Lua file beside this class, whose head names its
 * keys, arguments and reply.
 */
enum Script {
  PUBLISH,
  PASS,
  HISTORY,
  TOPS,
  CHANNELS,
  CREATE,
  CLAIM,
  WRITE,
  RENEW,
  RESTORE,
  BURY,
  RELEASE,
  ABANDON,
  REMOVE,
  SWEEP,
  HOLDER,
  FIND,
  PAGE,
  CHANGE,
  HELD,
  APPEND,
  READ,
  ACKNOWLEDGE,
  LIST,
  UNLIST,
  LISTED,
  LISTED_AFTER,
  ENTER,
  LEAVE,
  TOUCH,
  MEMBERS,
  MARK,
  ANNOUNCE,
  DEPART;

  final byte[] source;
  final String sha1;

  Script() {
    source =
        withLibraries(name().toLowerCase(Locale.ROOT) + ".lua").getBytes(StandardCharsets.UTF_8);
    sha1 = sha1(source);
  }

  private static String withLibraries(String file) {
    return Pattern.compile("(?m)^--@include (\\S+)$")
        .matcher(read(file))
        .replaceAll(include -> Matcher.quoteReplacement(read(include.group(1))));
  }

  private static String read(String file) {
    try (var in = Script.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha1(byte[] source) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
