package io.byssus.server.settings;

import io.byssus.server.config.ValueType;
import java.net.URI;

/** An address that is read by HTTP. */
final class HttpUrlType extends ValueType<URI> {
  @Override
  public String what() {
    return "an address that begins with https://, without user and password";
  }

  @Override
  public URI parse(String text) {
    var url = URI.create(text);
    var scheme = url.getScheme();
    if (scheme == null
        || (!scheme.equals("https") && !scheme.equals("http"))
        || url.getHost() == null
        || url.getUserInfo() != null
        || url.getFragment() != null) {
      throw new IllegalArgumentException("no such address");
    }
    return url;
  }
}
