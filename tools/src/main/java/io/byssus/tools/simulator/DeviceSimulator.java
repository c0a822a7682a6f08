package io.byssus.tools.simulator;

import io.byssus.protocol.device.DeviceFrame;
import io.byssus.protocol.device.FrameReceiver;
import io.byssus.tools.Terminal;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plays devices behind one gateway: each sends a reading now and then, and what they are sent is
 * shown. What a real line does to frames can be done on purpose.
 */
public final class DeviceSimulator {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
  private static final long RETRY_MS = 1_000;

  private final DevicePlan plan;
  private final Terminal terminal;
  private final Random random;
  private final FrameReceiver receiver;
  private final Map<Integer, Integer> numbers = new HashMap<>();
  private int sent;
  private final AtomicInteger received = new AtomicInteger();
  private boolean connectedOnce;

  private DeviceSimulator(DevicePlan plan, Terminal terminal) {
    this.plan = plan;
    this.terminal = terminal;
    this.random = new Random(plan.seed());
    this.receiver = new FrameReceiver(plan.crc(), new Shown());
  }

  /**
   * Plays until the plan is done or {@code asked} is.
   *
   * @return whether a server was ever reached
   */
  public static boolean run(DevicePlan plan, Terminal terminal, CompletableFuture<Void> asked)
      throws InterruptedException {
    var simulator = new DeviceSimulator(plan, terminal);
    simulator.run(asked);
    return simulator.connectedOnce;
  }

  private void run(CompletableFuture<Void> asked) throws InterruptedException {
    terminal.say(
        "%s to %s, a frame every %s s, seed %d"
            .formatted(
                plan.addresses().size() == 1
                    ? "Device " + plan.addresses().getFirst()
                    : "Devices " + plan.addresses(),
                terminal.bold(plan.to().toString()),
                seconds(plan.every()),
                plan.seed()));
    var rounds = 0;
    while (!asked.isDone() && (plan.count() == 0 || rounds < plan.count())) {
      try (var line = Line.open(plan, this::heard)) {
        connectedOnce = true;
        terminal.say(terminal.dim(now() + "  connected"));
        while (line.ended().isEmpty() && (plan.count() == 0 || rounds < plan.count())) {
          round(line);
          rounds++;
          if (waited(asked, plan.every().toMillis())) {
            break;
          }
        }
        if (!line.ended().isEmpty()) {
          terminal.complain(line.ended());
        }
      } catch (IOException e) {
        if (!connectedOnce) {
          terminal.complain("%s cannot be reached: %s".formatted(plan.to(), e.getMessage()));
          return;
        }
        terminal.complain("no connection (%s), trying again".formatted(e.getMessage()));
        waited(asked, RETRY_MS);
      }
    }
    terminal.say("%d frames sent, %d received".formatted(sent, received.get()));
  }

  private static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString();
  }

  /** Whether it was asked to end meanwhile. */
  private static boolean waited(CompletableFuture<Void> asked, long ms)
      throws InterruptedException {
    try {
      asked.get(ms, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  // What is sent.

  private void round(Line line) throws IOException, InterruptedException {
    for (int address : plan.addresses()) {
      if (plan.heartbeat().isPresent()) {
        send(line, new DeviceFrame(address, plan.heartbeat().get(), new byte[0]));
      }
      send(line, new DeviceFrame(address, control(address), reading()));
    }
  }

  private int control(int address) {
    if (!plan.sequence()) {
      return plan.control();
    }
    var number = numbers.merge(address, 1, (last, one) -> (last + one) % 256);
    if (plan.heartbeat().filter(beat -> beat.equals(number)).isPresent()) {
      return control(address);
    }
    return number;
  }

  /** A temperature in hundredths of a degree, high byte first. */
  private byte[] reading() {
    var value = 2_000 + random.nextInt(1_000);
    return new byte[] {(byte) (value >> 8), (byte) value};
  }

  private void send(Line line, DeviceFrame frame) throws IOException, InterruptedException {
    var faults = plan.faults();
    if (likely(faults.garbage())) {
      var garbage = new byte[1 + random.nextInt(20)];
      random.nextBytes(garbage);
      line.send(garbage, true);
      terminal.say(terminal.dim(now() + "     garbage: " + HEX.formatHex(garbage)));
    }
    if (likely(faults.drop())) {
      show("→", frame, terminal.red("  dropped"));
      return;
    }
    var bytes = frame.bytes(plan.crc());
    var flipped = likely(faults.flip());
    if (flipped) {
      var bit = random.nextInt(8 * bytes.length);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
    var pieces = send(line, bytes);
    sent++;
    show("→", frame, (flipped ? terminal.red("  bit flipped") : "") + pieces);
    if (likely(faults.duplicate())) {
      line.send(bytes, true);
      sent++;
      show("→", frame, terminal.red("  once more"));
    }
  }

  private String send(Line line, byte[] bytes) throws IOException, InterruptedException {
    var paused = likely(plan.faults().pause());
    if (!paused && !likely(plan.faults().cut())) {
      line.send(bytes, true);
      return "";
    }
    var at = 1 + random.nextInt(bytes.length - 1);
    line.send(Arrays.copyOf(bytes, at), false);
    Thread.sleep(paused ? plan.faults().pauseFor().toMillis() : 10);
    line.send(Arrays.copyOfRange(bytes, at, bytes.length), true);
    return terminal.dim(paused ? "  with a pause" : "  in two pieces");
  }

  private boolean likely(double probability) {
    return random.nextDouble() < probability;
  }

  // What is heard.

  private void heard(byte[] bytes) {
    receiver.take(bytes, 0, bytes.length);
  }

  private final class Shown implements FrameReceiver.Sink {
    @Override
    public void frame(int address, int control, byte[] bytes, int from, int length) {
      received.incrementAndGet();
      show(
          "←",
          new DeviceFrame(address, control, Arrays.copyOfRange(bytes, from, from + length)),
          "");
    }

    @Override
    public void bad() {
      terminal.complain("the server sent a frame with a wrong checksum; is --crc right?");
    }

    @Override
    public void skipped(int bytes) {}
  }

  private void show(String arrow, DeviceFrame frame, String remark) {
    terminal.say(
        "%s  %s %s  control %-3d  %s%s"
            .formatted(
                terminal.dim(now()),
                arrow,
                terminal.bold("%3d".formatted(frame.address())),
                frame.control(),
                frame.data().length == 0 ? "no data" : HEX.formatHex(frame.data()),
                remark));
  }

  private static String now() {
    return LocalTime.now().format(CLOCK);
  }
}
