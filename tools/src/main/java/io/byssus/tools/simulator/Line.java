package io.byssus.tools.simulator;

import java.io.IOException;
import java.util.function.Consumer;

/** The way to a server and back. */
interface Line extends AutoCloseable {
  /**
   * Connects.
   *
   * @param heard what comes from the server, on any one thread
   */
  static Line open(DevicePlan plan, Consumer<byte[]> heard)
      throws IOException, InterruptedException {
    return plan.to().getScheme().equals("tcp")
        ? new TcpLine(plan.to(), heard)
        : new WebSocketLine(plan, heard);
  }

  /**
   * Some bytes.
   *
   * @param last whether a frame ends with them
   */
  void send(byte[] bytes, boolean last) throws IOException, InterruptedException;

  /** Why it has ended, empty while it has not. */
  String ended();

  @Override
  void close();
}
