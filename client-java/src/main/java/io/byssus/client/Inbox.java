package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.ServerMessage;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;

/**
 * The messages directed to this session. They are acknowledged when they have been handled, so one
 * that was being handled when the program died comes again. Without a consumer they are kept, 1,000
 * at most, and not acknowledged.
 */
public final class Inbox extends MessageStream {
  private static final int UNWANTED_MAX = 1_000;

  private final Lane lane;

  private String session = "";

  /** In which offsets count: as long as the session lives, and the inbox does not diverge. */
  private volatile String epoch = "";

  private int diverged;
  private Optional<Position> received;

  Inbox(Lane lane, Executor executor, DataCodec codec, int queueMax, Runnable handledMoved) {
    super(lane, executor, codec, queueMax, UNWANTED_MAX, Optional.empty(), handledMoved);
    this.lane = lane;
    this.received = Optional.empty();
  }

  /** As it was kept. */
  void restore(SavedSession saved) {
    session = saved.session();
    epoch = session;
    if (saved.inbox().isPresent()) {
      received = Optional.of(new Position(epoch, saved.inbox().getAsLong()));
    }
    delivery().move(received);
  }

  /** Another session's offsets start again. */
  void session(String present) {
    lane.check();
    if (!present.equals(session)) {
      session = present;
      epoch = present;
      received = Optional.empty();
      delivery().move(received);
    }
  }

  void onDirect(ServerMessage.Item item) {
    lane.check();
    if (received.isPresent() && item.offset() <= received.get().offset()) {
      return; // has it already
    }
    received = Optional.of(new Position(epoch, item.offset()));
    delivery().offer(Messages.directed(item), received);
  }

  void onGap(Gap reason) {
    lane.check();
    if (reason == Gap.DIVERGED) {
      // What was received before and is handled later must not acknowledge what comes now.
      epoch = session + "." + ++diverged;
      received = Optional.empty();
    }
    delivery().offer(new StreamEvent.Lost(reason.wire()), received);
  }

  OptionalLong received() {
    return offset(received);
  }

  /** Any thread. */
  OptionalLong handled() {
    return offset(delivery().handled());
  }

  private OptionalLong offset(Optional<Position> place) {
    return place.isPresent() && place.get().epoch().equals(epoch)
        ? OptionalLong.of(place.get().offset())
        : OptionalLong.empty();
  }
}
