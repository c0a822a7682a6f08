package io.byssus.server.settings;

import io.byssus.server.config.ListType;
import io.byssus.server.config.ValueTypes;
import io.byssus.transport.Cidr;
import java.util.ArrayList;
import java.util.List;

/** Networks of addresses. */
final class NetworksType extends ListType<Cidr> {
  @Override
  public String what() {
    return "a list of networks";
  }

  @Override
  public List<Cidr> parse(String text) {
    var networks = new ArrayList<Cidr>();
    try {
      for (var item : ValueTypes.LIST.parse(text)) {
        networks.add(Cidr.of(item));
      }
    } catch (IllegalArgumentException e) {
      throw new Refused(String.valueOf(e.getMessage()));
    }
    return networks;
  }
}
