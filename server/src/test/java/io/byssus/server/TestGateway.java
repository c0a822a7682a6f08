package io.byssus.server;

import io.byssus.protocol.device.Crc;
import io.byssus.protocol.device.DeviceFrame;
import io.byssus.protocol.device.FrameReceiver;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gateway on plain TCP that sends what it is told to, and keeps the frames that it gets. */
final class TestGateway implements AutoCloseable {
  static final DeviceFrame CLOSED = new DeviceFrame(0, 0, new byte[DeviceFrame.DATA_MAX]);

  private static final long PATIENCE_S = 30;

  private final LinkedBlockingQueue<DeviceFrame> frames = new LinkedBlockingQueue<>();
  private final Socket socket;

  TestGateway(Server server) throws IOException {
    var address = server.deviceAddress().orElseThrow();
    socket = new Socket("127.0.0.1", address.getPort());
    socket.setTcpNoDelay(true);
    Thread.startVirtualThread(() -> read());
  }

  private void read() {
    var receiver =
        new FrameReceiver(
            Crc.CCITT_FALSE,
            new FrameReceiver.Sink() {
              @Override
              public void frame(int address, int control, byte[] bytes, int from, int length) {
                frames.add(
                    new DeviceFrame(
                        address, control, Arrays.copyOfRange(bytes, from, from + length)));
              }

              @Override
              public void bad() {}

              @Override
              public void skipped(int bytes) {}
            });
    try (InputStream in = socket.getInputStream()) {
      var bytes = new byte[1024];
      for (var length = in.read(bytes); length >= 0; length = in.read(bytes)) {
        receiver.take(bytes, 0, length);
      }
    } catch (IOException e) {
      // closed by one side or the other
    }
    frames.add(CLOSED);
  }

  static DeviceFrame frame(int address, int control, String hex) {
    return new DeviceFrame(address, control, HexFormat.of().parseHex(hex));
  }

  void say(int address, int control, String hex) throws IOException {
    raw(frame(address, control, hex).bytes(Crc.CCITT_FALSE));
  }

  void raw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** The next frame, {@link #CLOSED} for the end. */
  DeviceFrame hear() throws InterruptedException {
    var next = frames.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no frame came");
    }
    return next;
  }

  boolean silent() {
    return frames.isEmpty();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
