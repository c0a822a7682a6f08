package io.byssus.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * A network, such as {@code 10.0.0.0/8}, {@code fd00::/8} or one address. One of IPv4 addresses in
 * IPv6 ({@code ::ffff:10.0.0.0/104}) is the network of these: that is how Java knows them.
 */
public final class Cidr {
  private static final int MAPPED_BITS = 96;

  /** RFC 4291 section 2.5.5.2. */
  private static final Cidr MAPPED =
      new Cidr(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0}, MAPPED_BITS);

  private final byte[] network;
  private final int prefixBits;

  private Cidr(byte[] network, int prefixBits) {
    this.network = network;
    this.prefixBits = prefixBits;
  }

  /**
   * Throws IllegalArgumentException, with a message for whoever wrote it, if it is not a network.
   */
  public static Cidr of(String text) {
    var slash = text.indexOf('/');
    var address = slash < 0 ? text : text.substring(0, slash);
    var network = NetUtil.createByteArrayFromIpAddressString(address);
    if (network == null) {
      throw new IllegalArgumentException("not an IP address or network: " + text);
    }
    var bits = slash < 0 ? network.length * 8 : prefixBits(text, slash, network.length * 8);
    return mapped(network, bits)
        ? new Cidr(Arrays.copyOfRange(network, MAPPED_BITS / 8, 16), bits - MAPPED_BITS)
        : new Cidr(network, bits);
  }

  private static boolean mapped(byte[] network, int bits) {
    return network.length == 16 && bits >= MAPPED_BITS && MAPPED.contains(network);
  }

  private static int prefixBits(String text, int slash, int max) {
    var digits = text.substring(slash + 1);
    var bits = digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    if (bits < 0 || bits > max) {
      throw new IllegalArgumentException("the prefix must be from 0 to " + max + ": " + text);
    }
    return bits;
  }

  public boolean contains(InetAddress address) {
    return contains(address.getAddress());
  }

  private boolean contains(byte[] bytes) {
    if (bytes.length != network.length) {
      return false;
    }
    for (var bit = 0; bit < prefixBits; bit += 8) {
      var mask = 0xFF00 >> Math.min(8, prefixBits - bit) & 0xFF;
      if (((bytes[bit / 8] ^ network[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether all of {@code other} is in it. */
  public boolean covers(Cidr other) {
    return prefixBits <= other.prefixBits && contains(other.network);
  }

  @Override
  public String toString() {
    return NetUtil.bytesToIpAddress(network) + "/" + prefixBits;
  }
}
