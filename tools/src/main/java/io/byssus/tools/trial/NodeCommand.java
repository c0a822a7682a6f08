package io.byssus.tools.trial;

import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How this program is started again, as a node: by the same Java with the same flags.
 *
 * @param main the class that the program begins with
 */
record NodeCommand(Class<?> main) {
  List<String> serve(String name, int port, int apiPort) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (var flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith("-agent") && !flag.startsWith("-javaagent")) {
        command.add(flag);
      }
    }
    var classPath = System.getProperty("java.class.path");
    if (classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"))) {
      command.addAll(List.of("-jar", Path.of(classPath).toAbsolutePath().toString()));
    } else {
      command.addAll(List.of("-cp", classPath, main.getName()));
    }
    command.addAll(options(name, port, apiPort));
    command.addAll(List.of("--set", "drain.window=0s", "--set", "drain.deadline=3s"));
    return command;
  }

  /** A node that only this machine reaches, and that believes what nginx says of its clients. */
  static List<String> options(String name, int port, int apiPort) {
    return List.of(
        "serve",
        "--node",
        name,
        "--host",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--set",
        "listen.trusted-proxies=127.0.0.1/32",
        "--set",
        "api.listen=127.0.0.1:" + apiPort);
  }

  /** The root of the source tree, if this program was built in one; else some folder. */
  Path sources() {
    try {
      var code = main.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(code).toAbsolutePath().resolve("../../..").normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("this program has no place", e);
    }
  }
}
