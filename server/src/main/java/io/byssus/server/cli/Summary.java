package io.byssus.server.cli;

import io.byssus.server.settings.AuthConfig;
import io.byssus.server.settings.Config;
import java.util.List;

/** What a configuration comes to, in a few lines. */
final class Summary {
  private Summary() {}

  static List<String> of(Config config) {
    return List.of(
        "listens on    " + config.listen().host() + ":" + config.listen().port(),
        "engine        " + config.engine(),
        "node          " + config.node().name().orElse("(the host name)"),
        "namespaces    " + String.join(", ", config.namespaces().byName().keySet()),
        "clients       " + clients(config.auth()));
  }

  private static String clients(AuthConfig auth) {
    var anonymous =
        switch (auth.anonymous()) {
          case LOCAL -> "anonymous clients of this machine";
          case EVERYONE -> "anonymous clients from everywhere";
          case NOBODY -> "";
        };
    var tokens = auth.takesTokens() ? "clients with a token" : "";
    return tokens + (tokens.isEmpty() || anonymous.isEmpty() ? "" : ", ") + anonymous;
  }
}
