package io.byssus.server.config;

import io.byssus.server.config.RawValue.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads the environment variables that begin with {@code BYSSUS_}. */
final class Environment {
  private static final String OURS = "BYSSUS_";

  /** Read by the launcher or the command line; no keys. */
  private static final Set<String> OTHERS =
      Set.of(
          "BYSSUS_CONFIG",
          "BYSSUS_JAVA_OPTS",
          "BYSSUS_AOT",
          "BYSSUS_REDIS_BIN",
          "BYSSUS_API",
          "BYSSUS_API_KEY");

  private static final String FOR_TESTS = "BYSSUS_TEST_";

  /**
   * What Kubernetes sets in every pod once a service is called byssus, as
   * BYSSUS_PORT=tcp://10.0.0.1:8080.
   */
  private static final Pattern KUBERNETES =
      Pattern.compile(
          "BYSSUS_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP|SCTP)(_.+)?)");

  private static final Pattern KUBERNETES_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

  private final Keys keys;
  private final List<Problem> problems;
  private final List<RawValue> found = new ArrayList<>();

  private Environment(Keys keys, List<Problem> problems) {
    this.keys = keys;
    this.problems = problems;
  }

  static List<RawValue> read(Map<String, String> variables, Keys keys, List<Problem> problems) {
    var environment = new Environment(keys, problems);
    new TreeMap<>(variables)
        .forEach((variable, text) -> {
          if (variable.startsWith(OURS) && !notForUs(variable, text)) {
            environment.read(variable, text);
          }
        });
    return environment.found;
  }

  private static boolean notForUs(String variable, String text) {
    return OTHERS.contains(variable)
        || variable.startsWith(FOR_TESTS)
        || KUBERNETES.matcher(variable).matches()
        || variable.endsWith("_PORT") && KUBERNETES_ADDRESS.matcher(text).matches();
  }

  private void read(String variable, String text) {
    var path = keys.path(variable);
    if (path.isEmpty()) {
      problems.add(new Problem(variable, "environment", keys.unknownVariable(variable)));
      return;
    }
    for (var other : found) {
      if (other.path().equals(path) && !other.text().equals(text)) {
        problems.add(
            new Problem(
                path, variable, "conflicts with " + other.where() + ", which sets another value"));
      }
    }
    found.add(new RawValue(path, text, false, Origin.ENVIRONMENT, variable));
  }
}
