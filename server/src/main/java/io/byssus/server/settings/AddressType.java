package io.byssus.server.settings;

import io.byssus.server.config.ValueType;

/** Where something listens: HOST:PORT, an address of IPv6 in brackets. */
final class AddressType extends ValueType<ApiConfig.Address> {
  private static final int PORT_MAX = 65_535;

  @Override
  public String what() {
    return "HOST:PORT, such as 127.0.0.1:9080 or [::1]:9080";
  }

  @Override
  public ApiConfig.Address parse(String text) {
    var colon = text.lastIndexOf(':');
    var host = colon < 0 ? "" : ListenConfig.bare(text.substring(0, colon));
    if (host.isEmpty() || host.contains(":") && !text.startsWith("[")) {
      throw new IllegalArgumentException("no host");
    }
    var port = Integer.parseInt(text.substring(colon + 1));
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("no port");
    }
    return new ApiConfig.Address(host, port);
  }
}
