package io.byssus.server;

import io.byssus.server.settings.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a node is called, and where it is said to be, when nobody has told: as its host. */
final class NodeName {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");
  private static final int CHARACTERS_MAX = 64;

  private NodeName() {}

  static String of(Config config) {
    return config.node().name().orElseGet(() -> fit(host()));
  }

  /**
   * Where the node is reached, for people.
   *
   * @param listening the socket, with its real port
   */
  static String address(Config config, InetSocketAddress listening) {
    return config.node().address().orElseGet(() -> address(config.listen().host(), listening));
  }

  private static String address(String listenHost, InetSocketAddress listening) {
    var everywhere = listening.getAddress().isAnyLocalAddress();
    var host = everywhere ? fit(host()) : listenHost;
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + listening.getPort();
  }

  /** From the kernel, because a resolver may keep a start waiting. */
  private static String host() {
    try {
      return Files.exists(KERNEL)
          ? Files.readString(KERNEL).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "";
    }
  }

  static String fit(String host) {
    var name = host.replaceAll("[^A-Za-z0-9._-]", "-");
    if (name.isEmpty()) {
      return "node";
    }
    return name.length() > CHARACTERS_MAX ? name.substring(0, CHARACTERS_MAX) : name;
  }
}
