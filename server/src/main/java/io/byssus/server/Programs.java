package io.byssus.server;

import io.byssus.server.cli.Cli;
import io.byssus.server.cli.Exit;
import io.byssus.server.settings.Config;
import io.byssus.tools.Terminal;
import io.byssus.tools.simulator.DevicePlan;
import io.byssus.tools.simulator.DeviceSimulator;
import io.byssus.tools.trial.Plan;
import io.byssus.tools.trial.TrialCluster;
import java.io.IOException;
import java.util.Map;

/**
 * What runs until it is told to stop.
 *
 * @param environment of this process
 */
record Programs(Map<String, String> environment) implements Cli.Runner {
  @Override
  public int serve(Config config, Terminal terminal, boolean exitAfterStart) {
    return new Serve().run(config, terminal, exitAfterStart);
  }

  @Override
  public int cluster(Plan plan, Terminal terminal) {
    var asked = Signals.listen().asked();
    try {
      return TrialCluster.run(plan, terminal, Main.class, environment, PortHolder::of, asked)
          ? Exit.OK
          : Exit.UNAVAILABLE;
    } catch (IOException e) {
      terminal.complain("cannot create a folder for the cluster: " + e.getMessage());
      return Exit.UNAVAILABLE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.SOFTWARE;
    }
  }

  @Override
  public int device(DevicePlan plan, Terminal terminal) {
    try {
      return DeviceSimulator.run(plan, terminal, Signals.listen().asked())
          ? Exit.OK
          : Exit.UNAVAILABLE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Exit.SOFTWARE;
    }
  }
}
