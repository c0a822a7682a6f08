package io.byssus.tests.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** How one of the two servers is spoken to. Both deliver messages of the same length. */
interface Dialect {
  /** Text of a delivered message, in bytes. */
  int MESSAGE_BYTES = 112;

  /** Hears the channel. */
  Opening subscriber();

  /**
   * @param joined whether frames that come together may leave together
   */
  Opening publisher(boolean joined);

  /** A client that has come, and does nothing yet. */
  Opening newcomer();

  /** A client that holds what an idle client of this server holds. */
  Opening idle(int number);

  /** What {@code publisher} publishes. */
  Publications publications(Client publisher);

  /** Frames that publish one message each. */
  interface Publications {
    ByteBuf next();

    default ByteBuf next(int count) {
      var together = new ByteBuf[count];
      for (var i = 0; i < count; i++) {
        together[i] = next();
      }
      return Unpooled.wrappedBuffer(together);
    }
  }

  /** The native protocol of Byssus. */
  record Native(String channel, boolean positions, boolean ownChannels) implements Dialect {
    /** The namespace without history; {@link ServerProcess} configures it. */
    static final String EPHEMERAL = "live:";

    private static final String PATH = "/ws";
    private static final String CONNECT = "{\"type\":\"connect\",\"id\":1}";

    static Native withHistory() {
      return new Native("b", true, false);
    }

    static Native withoutHistory() {
      return new Native(EPHEMERAL + "b", false, false);
    }

    /** Where idle clients subscribe to a channel of their own each. */
    static Native ownChannel() {
      return new Native("b", true, true);
    }

    @Override
    public Opening subscriber() {
      return subscriber(channel);
    }

    private static Opening subscriber(String channel) {
      var subscribe = "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"" + channel + "\"}";
      return new Opening(PATH, List.of(CONNECT, subscribe));
    }

    @Override
    public Opening publisher(boolean joined) {
      return newcomer();
    }

    @Override
    public Opening newcomer() {
      return new Opening(PATH, List.of(CONNECT));
    }

    @Override
    public Opening idle(int number) {
      return subscriber(ownChannels ? channel + number : channel);
    }

    /** Pads the data so that every message has the same length, however long its offset. */
    @Override
    public Publications publications(Client publisher) {
      var session = publisher.answers().getFirst().replaceFirst(".*\"session\":\"", "");
      var around =
          "{\"type\":\"message\",\"channel\":\"\",\"data\":\"\",\"from\":{\"session\":\"\"}}"
                  .length()
              + channel.length()
              + session.indexOf('"');
      return new Publications() {
        private long offset;

        @Override
        public ByteBuf next() {
          offset++;
          var positioned = positions ? "\"offset\":,".length() + Long.toString(offset).length() : 0;
          var data = "x".repeat(MESSAGE_BYTES - around - positioned);
          return ClientFrames.text(
              "{\"type\":\"publish\",\"channel\":\"" + channel + "\",\"data\":\"" + data + "\"}");
        }
      };
    }
  }

  /** What {@link MinimalNetty} understands. */
  record Plain() implements Dialect {
    @Override
    public Opening subscriber() {
      return Opening.bare(MinimalNetty.SUBSCRIBE);
    }

    @Override
    public Opening publisher(boolean joined) {
      return Opening.bare(joined ? MinimalNetty.PUBLISH_JOINED : MinimalNetty.PUBLISH);
    }

    @Override
    public Opening newcomer() {
      return Opening.bare("/");
    }

    @Override
    public Opening idle(int number) {
      return newcomer();
    }

    @Override
    public Publications publications(Client publisher) {
      var text = "x".repeat(MESSAGE_BYTES);
      return () -> ClientFrames.text(text);
    }
  }
}
