package io.byssus.server.settings;

import io.byssus.devices.Gateways;
import io.byssus.devices.KnownGateway;
import io.byssus.server.config.ListType;
import io.byssus.server.config.ValueTypes;
import io.byssus.transport.Cidr;
import java.util.ArrayList;
import java.util.List;

/** Which gateway is in which network. */
final class GatewaysType extends ListType<KnownGateway> {
  @Override
  public String what() {
    return "a list of NAME=NETWORK";
  }

  @Override
  public List<KnownGateway> parse(String text) {
    var known = new ArrayList<KnownGateway>();
    for (var item : ValueTypes.LIST.parse(text)) {
      var equals = item.indexOf('=');
      if (equals < 0 || !Gateways.isName(item.substring(0, equals).strip())) {
        throw new Refused(
            "expected NAME=NETWORK, the name of letters, digits, dots, dashes and underscores");
      }
      try {
        var network = Cidr.of(item.substring(equals + 1).strip());
        known.add(new KnownGateway(item.substring(0, equals).strip(), network));
      } catch (IllegalArgumentException e) {
        throw new Refused(String.valueOf(e.getMessage()));
      }
    }
    return known;
  }
}
