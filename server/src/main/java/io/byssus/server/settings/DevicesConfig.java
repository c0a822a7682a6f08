package io.byssus.server.settings;

import io.byssus.core.Limits;
import io.byssus.core.channel.ChannelName;
import io.byssus.devices.DeviceSettings;
import io.byssus.devices.KnownGateway;
import io.byssus.protocol.device.Crc;
import io.byssus.server.config.Constraints;
import io.byssus.server.config.Group;
import io.byssus.server.config.Problem;
import io.byssus.transport.TcpServer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The group devices: embedded devices behind gateways, with their binary frame. */
public record DevicesConfig(boolean webSocket, Tcp tcp, DeviceSettings settings) {
  private static final String LONGEST_GATEWAY = "x".repeat(64);

  static DevicesConfig read(Group in) {
    var webSocket =
        in.key("web-socket", "Whether gateways may come by WebSocket, to /device.").flag(true);
    var tcp =
        Tcp.read(
            in.group("tcp", "Frames over plain TCP, where only the address identifies a gateway."));
    return new DevicesConfig(webSocket, tcp, settings(in, tcp.gateways()));
  }

  private static DeviceSettings settings(Group in, List<KnownGateway> known) {
    return new DeviceSettings(
        in.key("crc", "How the check of a frame is made.").oneOf(Crc.CCITT_FALSE),
        in.key(
                "channel",
                "Where the frames of a device are published; {gateway} and {address} stand for"
                    + " its own.")
            .text("device.{gateway}.{address}", 1, 200),
        in.key(
                "controls",
                "Names of control values, as NAME=VALUE (temperature=3, switch=0x10): published"
                    + " with each frame, and understood in commands.")
            .as(new ControlsType(), ""),
        in.key(
                "heartbeat",
                "The control value of frames that only say that a device lives; they are not"
                    + " published.")
            .maybeCount("there are none", 0, 255),
        in.key("answer-heartbeat", "Whether such a frame is sent back.").flag(false),
        in.key(
                "sequence",
                "Whether all other control values are numbers that count the frames of a device,"
                    + " from 255 on with 0: then repeated frames are dropped, and lost ones"
                    + " counted and told.")
            .flag(false),
        in.key(
                "tags",
                "Tags of every device, with the same placeholders as channel: what is sent to a"
                    + " tag reaches all that have it.")
            .list(16, "tags"),
        in.key(
                "addresses",
                "Devices of one gateway connection; the frames of further ones are dropped.")
            .count(256, 1, 256, "addresses"),
        in.key(
                "frames-per-second",
                "Frames that one gateway connection may send, on average; then it is read more"
                    + " slowly.")
            .count(200, 1, 1_000_000, "frames"),
        in.key(
                "frame-timeout",
                "Silence within a frame, over TCP, after which the rest will not come: what is"
                    + " there is looked at without it.")
            .duration("1s", "10ms", "1m"),
        in.key(
                "idle-timeout",
                "Silence after which a device is detached, and a gateway disconnected.")
            .duration("5m", "1s", "1d"),
        known);
  }

  public record Tcp(
      Optional<Integer> port, String host, List<KnownGateway> gateways, int connections) {
    private static Tcp read(Group in) {
      return new Tcp(
          in.key("port", "The port for it. 0 takes any free one.")
              .maybeCount("there is none", 0, 65_535),
          ListenConfig.bare(
              in.key(
                      "host",
                      "The address to listen on. One that other machines reach needs"
                          + " devices.tcp.gateways.")
                  .text("127.0.0.1", 1, 255)),
          in.key(
                  "gateways",
                  "Which gateway is where, as NAME=NETWORK (g1=10.0.0.5, g2=10.1.0.0/16), the first"
                      + " that fits; nobody else is let in. Without any, a gateway of this machine"
                      + " has its address as its name, where auth.anonymous lets it in.")
              .listOf(new GatewaysType(), 10_000, "gateways"),
          in.key("connections", "Connections at once; further ones are closed.")
              .count(1000, 1, 1_000_000, "connections"));
    }

    /** Empty: there is no port for devices. */
    public Optional<TcpServer.Settings> listener() {
      return port.map(number -> new TcpServer.Settings(host, number, connections));
    }
  }

  void check(Constraints rules, Limits limits) {
    var longest = DeviceSettings.fill(settings.channel(), LONGEST_GATEWAY, 255);
    rules.require(
        longest.indexOf('{') < 0
            && ChannelName.fault(longest, false, limits.channelNameBytes()).isEmpty(),
        Problem.quoted(settings.channel())
            + ": expected the name of a channel, at most limits.channel-name long with the longest"
            + " gateway, with {gateway} and {address} for what differs",
        "devices.channel",
        "limits.channel-name");
    for (var tag : settings.tags()) {
      var filled = DeviceSettings.fill(tag, LONGEST_GATEWAY, 255);
      rules.require(
          filled.indexOf('{') < 0
              && filled.getBytes(StandardCharsets.UTF_8).length
                  <= limits.tagBytes() + LONGEST_GATEWAY.length(),
          Problem.quoted(tag)
              + ": expected a tag no longer than limits.tag-bytes besides the gateway's name, with"
              + " {gateway} and {address} for what differs",
          "devices.tags",
          "limits.tag-bytes");
    }
    rules.require(
        !settings.answerHeartbeat() || settings.heartbeat().isPresent(),
        "devices.heartbeat is not set, so there is no heartbeat to answer",
        "devices.answer-heartbeat",
        "devices.heartbeat");
    rules.require(
        tcp.port().isEmpty() || loopback(tcp.host()) || !tcp.gateways().isEmpty(),
        "other machines can reach this address, and only their own addresses identify them: list"
            + " them in devices.tcp.gateways",
        "devices.tcp.host",
        "devices.tcp.gateways");
    gateways(rules, tcp.gateways());
  }

  /** The first that fits is the one, so one behind a wider network is never met. */
  private static void gateways(Constraints rules, List<KnownGateway> gateways) {
    for (var later = 1; later < gateways.size(); later++) {
      var hidden = gateways.get(later);
      gateways.subList(0, later).stream()
          .filter(known -> known.network().covers(hidden.network()))
          .findFirst()
          .filter(known -> !known.gateway().equals(hidden.gateway()))
          .ifPresent(known ->
              rules.require(
                  false,
                  "%s at %s can never match: %s at %s already covers it. List the narrower network first"
                      .formatted(
                          hidden.gateway(), hidden.network(), known.gateway(), known.network()),
                  "devices.tcp.gateways"));
    }
  }

  /** By its looks: names are not looked up while a configuration is read. */
  private static boolean loopback(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name, whatever it begins with
    }
  }
}
