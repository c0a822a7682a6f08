package io.byssus.server.settings;

import io.byssus.core.node.UserPolicy;
import io.byssus.server.config.ValueType;

/** How many sessions a user may have. */
final class UserPolicyType extends ValueType<UserPolicy> {
  private static final String LIMIT = "limit:";

  @Override
  public String what() {
    return "allow, limit:N or newest-wins";
  }

  @Override
  public UserPolicy parse(String text) {
    if (text.startsWith(LIMIT)) {
      return new UserPolicy.AtMost(Integer.parseInt(text.substring(LIMIT.length())));
    }
    return switch (text) {
      case "allow" -> new UserPolicy.Unlimited();
      case "newest-wins" -> new UserPolicy.NewestWins();
      default -> throw new IllegalArgumentException("none of these");
    };
  }
}
