package io.byssus.server.cli;

import io.byssus.devices.Gateways;
import io.byssus.protocol.device.Crc;
import io.byssus.server.config.ByteValue;
import io.byssus.server.config.Durations;
import io.byssus.server.config.Problem;
import io.byssus.tools.simulator.DevicePlan;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line of {@code byssus device} as a plan. */
final class DeviceArguments {
  private final ParseResult line;

  private DeviceArguments(ParseResult line) {
    this.line = line;
  }

  /** Throws ParameterException, with what is wrong. */
  static DevicePlan plan(ParseResult line) {
    return new DeviceArguments(line).plan();
  }

  private DevicePlan plan() {
    var control = octet(Commands.CONTROL).orElse(1);
    int count = line.matchedOptionValue(Commands.COUNT, 0);
    if (count < 0) {
      throw misuse(Commands.COUNT, "0 or more", Integer.toString(count));
    }
    long seed = line.matchedOptionValue(Commands.SEED, (int) (System.nanoTime() >>> 1 & 0xFFFF));
    return new DevicePlan(
        to(),
        token(),
        addresses(),
        crc(),
        control,
        line.hasMatchedOption(Commands.SEQUENCE),
        octet(Commands.HEARTBEAT),
        duration(Commands.EVERY, "1s"),
        count,
        faults(),
        seed);
  }

  private URI to() {
    String given = line.matchedOptionValue(Commands.TO, "ws://localhost:8080/device");
    var what = "tcp://HOST:PORT, ws://HOST:PORT/device or its wss (without an underscore in HOST)";
    try {
      var to = new URI(given);
      var scheme = String.valueOf(to.getScheme());
      if (to.getHost() == null || scheme.equals("tcp") && to.getPort() < 0) {
        throw misuse(Commands.TO, what, given);
      }
      return switch (scheme) {
        case "tcp" -> to;
        case "ws", "wss" -> named(to);
        default -> throw misuse(Commands.TO, what, given);
      };
    } catch (URISyntaxException e) {
      throw misuse(Commands.TO, what, given);
    }
  }

  /** A token names the gateway by itself. */
  private URI named(URI to) {
    var given = line.hasMatchedOption(Commands.GATEWAY);
    String name = line.matchedOptionValue(Commands.GATEWAY, "g1");
    if (!Gateways.isName(name)) {
      throw misuse(Commands.GATEWAY, "letters, digits, dots, dashes and underscores", name);
    }
    if (to.getQuery() != null || line.hasMatchedOption(Commands.TOKEN_FILE) && !given) {
      return to;
    }
    return URI.create(to + "?gateway=" + name);
  }

  private String token() {
    String file = line.matchedOptionValue(Commands.TOKEN_FILE, "");
    try {
      return file.isEmpty() ? "" : Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw misuse(Commands.TOKEN_FILE, "a file that can be read", file);
    }
  }

  private List<Integer> addresses() {
    String given = line.matchedOptionValue(Commands.ADDRESSES, "7");
    var all = new ArrayList<Integer>();
    for (var range : given.split(",", -1)) {
      var ends = range.strip().split("-", -1);
      var first = octet(Commands.ADDRESSES, ends[0]);
      var last = octet(Commands.ADDRESSES, ends[ends.length - 1]);
      if (ends.length > 2 || last < first) {
        throw misuse(Commands.ADDRESSES, "addresses as 7 or 1-4,9", given);
      }
      for (var address = first; address <= last; address++) {
        all.add(address);
      }
    }
    return all;
  }

  private Crc crc() {
    String given = line.matchedOptionValue(Commands.CRC, "ccitt-false");
    for (var crc : Crc.values()) {
      if (crc.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(given)) {
        return crc;
      }
    }
    throw misuse(Commands.CRC, "ccitt-false, modbus, xmodem or kermit", given);
  }

  private Optional<Integer> octet(String option) {
    String given = line.matchedOptionValue(option, "");
    return given.isEmpty() ? Optional.empty() : Optional.of(octet(option, given));
  }

  private int octet(String option, String given) {
    try {
      return ByteValue.parse(given.strip());
    } catch (NumberFormatException e) {
      throw misuse(option, "numbers from 0 to 255", given);
    }
  }

  private Duration duration(String option, String otherwise) {
    String given = line.matchedOptionValue(option, otherwise);
    try {
      var duration = Durations.parse(given);
      if (duration.isPositive()) {
        return duration;
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // What is expected says more.
    }
    throw misuse(option, "a duration such as 200ms or 1s", given);
  }

  private DevicePlan.Faults faults() {
    return new DevicePlan.Faults(
        probability("--flip"),
        probability("--garbage"),
        probability("--drop"),
        probability("--duplicate"),
        probability("--cut"),
        probability("--pause"),
        duration(Commands.PAUSE_FOR, "2s"));
  }

  private double probability(String option) {
    double given = line.matchedOptionValue(option, 0.0);
    if (!(given >= 0 && given <= 1)) {
      throw misuse(option, "a probability from 0 to 1", Double.toString(given));
    }
    return given;
  }

  private ParameterException misuse(String option, String expected, String given) {
    return new ParameterException(
        line.commandSpec().commandLine(),
        option + " takes " + expected + ", not " + Problem.quoted(given));
  }
}
