package io.byssus.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How much is read from one socket in one turn of its event loop, so that who sends without a pause
 * lets the others have their turn.
 *
 * <p>Where messages may be compressed, a few bytes inflate to a long one: from a socket that has
 * agreed to it, so many bytes are read as are a handful of such. A channel makes its handle once,
 * with the first read; so the handle looks each time which of the two its channel has been given.
 */
final class Reads implements RecvByteBufAllocator {
  /** Of up to 64 KiB each. */
  private static final int READS_A_TURN = 2;

  private static final int FEW_BYTES = 512;

  static final RecvByteBufAllocator USUAL = new Reads();

  /** For a socket that compresses. */
  static final RecvByteBufAllocator FEW = new Reads();

  private final RecvByteBufAllocator adaptive =
      new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_A_TURN);

  private Reads() {}

  /** One for all instead of one each. */
  static RecvByteBufAllocator of(TransportSettings.Deflate deflate) {
    return deflate.on() ? USUAL : ((Reads) USUAL).adaptive;
  }

  @Override
  @SuppressWarnings("deprecation") // Netty's interface has no other.
  public Handle newHandle() {
    return new Ration((ExtendedHandle) adaptive.newHandle());
  }

  private static final class Ration extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle usual;
    private boolean few;

    Ration(ExtendedHandle usual) {
      super(usual);
      this.usual = usual;
    }

    @Override
    public void reset(ChannelConfig config) {
      few = config.getRecvByteBufAllocator() == FEW;
      super.reset(config);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return few ? allocator.ioBuffer(FEW_BYTES) : super.allocate(allocator);
    }

    @Override
    public int guess() {
      return few ? FEW_BYTES : super.guess();
    }

    @Override
    public boolean continueReading() {
      return !few && super.continueReading();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return !few && usual.continueReading(maybeMoreData);
    }
  }
}
