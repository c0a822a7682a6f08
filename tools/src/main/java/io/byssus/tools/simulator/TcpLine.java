package io.byssus.tools.simulator;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.function.Consumer;

/** Plain TCP. */
final class TcpLine implements Line {
  private static final int CONNECT_MS = 5_000;

  private final Socket socket = new Socket();
  private volatile String ended = "";

  TcpLine(URI to, Consumer<byte[]> heard) throws IOException {
    socket.connect(new InetSocketAddress(to.getHost(), to.getPort()), CONNECT_MS);
    socket.setTcpNoDelay(true);
    Thread.startVirtualThread(() -> read(heard));
  }

  private void read(Consumer<byte[]> heard) {
    try (var in = socket.getInputStream()) {
      var bytes = new byte[4096];
      for (var length = in.read(bytes); length >= 0; length = in.read(bytes)) {
        heard.accept(Arrays.copyOf(bytes, length));
      }
      ended = "the server has closed the connection";
    } catch (IOException e) {
      ended = String.valueOf(e.getMessage());
    }
  }

  @Override
  public void send(byte[] bytes, boolean last) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  @Override
  public String ended() {
    return ended;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      ended = String.valueOf(e.getMessage());
    }
  }
}
