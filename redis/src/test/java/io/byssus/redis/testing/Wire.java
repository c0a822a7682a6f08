package io.byssus.redis.testing;

import io.byssus.redis.RedisAddress.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The way to a server, which can be cut, closed or frozen while the server itself is well. It
 * listens on a port of its own and passes on what comes, both ways.
 */
public final class Wire implements AutoCloseable {
  private final int port = RedisProcess.freePort();
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger toRefuse = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition thawed = lock.newCondition();
  private final ServerSocket server;
  private final AtomicInteger disguised = new AtomicInteger();
  private volatile boolean frozen;
  private volatile String said = "";
  private volatile String instead = "";

  /** The numbers of connections, in the order of their coming, over which it takes its time. */
  private final Set<Integer> slow = ConcurrentHashMap.newKeySet();

  private final Set<Integer> stuck = ConcurrentHashMap.newKeySet();

  private Wire(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
  }

  public static Wire to(int port) {
    try {
      var wire = new Wire(port);
      Thread.ofVirtual().name("wire-" + port).start(wire::accept);
      return wire;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public Host host() {
    return new Host("127.0.0.1", port);
  }

  /** How many have come in, those that were refused left out. */
  public int accepted() {
    return accepted.get();
  }

  public int refused() {
    return refused.get();
  }

  public int open() {
    return sockets.size() / 2;
  }

  // Faults.

  /** Ends all connections; new ones are let in. Returns how many there were. */
  public int cut() {
    var connections = open();
    sockets.forEach(Wire::close);
    return connections;
  }

  /** The next so many connections are closed as soon as they come. */
  public void refuse(int next) {
    toRefuse.set(next);
  }

  /** Connections are taken and stay, and nothing passes. */
  public void freeze() {
    frozen = true;
  }

  /**
   * What comes back over the connection passes at some 1.5 MB a second.
   *
   * @param connection the how many-th that came, from 1
   */
  public void slowDown(int connection) {
    slow.add(connection);
  }

  /** Nothing comes back over the connection any more, and it stays. */
  public void hold(int connection) {
    stuck.add(connection);
  }

  /** What was held passes, and so does what follows. */
  public void thaw() {
    lock.lock();
    try {
      frozen = false;
      thawed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What the server says is changed on the way; both are as long. */
  public void disguise(String what, String asWhat) {
    if (what.length() != asWhat.length()) {
      throw new IllegalArgumentException("the length stands before it");
    }
    instead = asWhat;
    said = what;
  }

  /** How often something was changed. */
  public int disguised() {
    return disguised.get();
  }

  // The way.

  private void accept() {
    while (!server.isClosed()) {
      try {
        pass(server.accept());
      } catch (IOException e) {
        if (!server.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void pass(Socket client) {
    if (toRefuse.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      refused.incrementAndGet();
      close(client);
      return;
    }
    try {
      var behind = new Socket(InetAddress.getLoopbackAddress(), target);
      var number = accepted.incrementAndGet();
      sockets.add(client);
      sockets.add(behind);
      Thread.ofVirtual().start(() -> copy(client, behind, 0));
      Thread.ofVirtual().start(() -> copy(behind, client, number));
    } catch (IOException e) {
      close(client); // as the server would: it is not there
    }
  }

  /** Ends with either end, and ends both. */
  private void copy(Socket from, Socket to, int number) {
    var buffer = new byte[16 * 1024];
    try {
      InputStream in = from.getInputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        awaitThaw();
        if (slow.contains(number)) {
          LockSupport.parkNanos(10_000_000);
        }
        if (stuck.contains(number)) {
          continue;
        }
        to.getOutputStream().write(number > 0 ? changed(buffer, read) : buffer, 0, read);
      }
    } catch (IOException e) {
      // The end of a connection, which is what is looked for here.
    } finally {
      close(from);
      close(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  /** A reply that comes in two pieces may escape: those that are changed here are small. */
  private byte[] changed(byte[] buffer, int length) {
    var what = said;
    if (what.isEmpty()) {
      return buffer;
    }
    var text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    var changed = text.replace(what, instead);
    if (!changed.equals(text)) {
      disguised.incrementAndGet();
    }
    return changed.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void awaitThaw() {
    if (!frozen) {
      return;
    }
    lock.lock();
    try {
      while (frozen) {
        thawed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thaw();
    cut();
  }
}
