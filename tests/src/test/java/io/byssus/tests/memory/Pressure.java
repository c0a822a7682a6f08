package io.byssus.tests.memory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;

/**
 * What strangers do to a node, each of them at the largest that one client may. None of them has a
 * token, and none does anything that the protocol forbids.
 */
enum Pressure {
  SLOW_READERS("subscribe to 60 KB messages and read none") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected();
      var channel = "slow." + by.next();
      mine.text(subscribe(2, channel));
      var other = by.connected();
      for (var i = 0; i < 60; i++) {
        other.text(publish(channel, LONG));
      }
    }
  },
  HUGE_HISTORIES("fill ten channels each with 60 KB messages") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected();
      for (var channel = 0; channel < 10; channel++) {
        var name = "huge." + by.next();
        for (var i = 0; i < 40; i++) {
          mine.text(publish(name, LONG));
        }
      }
    }
  },
  HISTORY_COMMANDS("ask a hundred times for a history of 100 × 60 KB and read nothing") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected();
      for (var i = 0; i < 3; i++) {
        mine.text(publish("asked", LONG));
      }
      for (var id = 1; id <= 100; id++) {
        mine.text("{\"type\":\"history\",\"id\":" + id + ",\"channel\":\"asked\",\"limit\":1000}");
      }
    }
  },
  RESUMES("come back to ten channels with 60 KB messages and read nothing") {
    @Override
    void press(Crowd by) throws IOException {
      var secret = "";
      try (var mine = Stranger.connected(by.port())) {
        for (var channel = 0; channel < 10; channel++) {
          mine.text(subscribe(channel + 2, "back." + channel));
        }
        mine.await("\"id\":11");
        secret = mine.secret();
      }
      var other = by.connected();
      for (var i = 0; i < 20; i++) {
        other.text(publish("back." + i % 10, LONG));
      }
      by.connected(secret);
    }
  },
  PRESENCE("be in a channel with 15 KB to show, and ask a hundred times who is there") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected("\"attributes\":{\"name\":\"" + "n".repeat(15 << 10) + "\"}");
      mine.text(subscribe(2, "chat:all"));
      for (var id = 3; id < 103; id++) {
        mine.text("{\"type\":\"presence\",\"id\":" + id + ",\"channel\":\"chat:all\"}");
      }
    }
  },
  CHANNELS("publish to five hundred channels each, with names of 200 bytes") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected();
      for (var i = 0; i < 500; i++) {
        mine.text(publish(longName(by.next()), "1"));
      }
    }
  },
  SUBSCRIPTIONS("have 128 subscriptions to names of 200 bytes, in ten sessions each") {
    @Override
    void press(Crowd by) throws IOException {
      for (var session = 0; session < 10; session++) {
        var mine = by.connected();
        for (var i = 0; i < 128; i++) {
          mine.text(subscribe(i + 2, longName(by.next())));
        }
      }
    }
  },
  DEDUPE_IDS("publish five hundred messages each, with ids of 128 characters") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected();
      for (var i = 0; i < 500; i++) {
        var id = Long.toString(by.next());
        mine.text(
            "{\"type\":\"publish\",\"channel\":\"ids\",\"data\":1,\"dedupe\":\""
                + "d".repeat(128 - id.length())
                + id
                + "\"}");
      }
    }
  },
  ATTRIBUTES("have twenty sessions each with 16 KB of attributes, and go") {
    @Override
    void press(Crowd by) throws IOException {
      for (var session = 0; session < 20; session++) {
        by.connected("\"attributes\":{\"a\":\"" + "a".repeat(16_000) + "\"}");
      }
    }
  },
  INBOXES("send 60 KB messages to sessions that never read") {
    @Override
    void press(Crowd by) throws IOException {
      var victim = by.connected();
      var mine = by.connected();
      for (var i = 0; i < 20; i++) {
        mine.text(
            "{\"type\":\"send\",\"to\":{\"session\":\""
                + victim.session()
                + "\"},\"data\":"
                + LONG
                + "}");
      }
    }
  },
  WAITING_COMMANDS("subscribe to a long history, read nothing, and publish 64 × 60 KB behind it") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.connected();
      for (var i = 0; i < 5; i++) {
        mine.text(publish("wait", LONG));
      }
      mine.text(
          "{\"type\":\"subscribe\",\"id\":2,\"channel\":\"wait\",\"position\":"
              + "{\"epoch\":\"none\",\"offset\":0}}");
      for (var i = 0; i < 64; i++) {
        mine.text(publish("behind." + by.next(), LONG));
      }
    }
  },
  FRAGMENTS("send all of a message of 64 KB in fragments, but for the last") {
    @Override
    void press(Crowd by) throws IOException {
      for (var i = 0; i < 10; i++) {
        var mine = by.open("/ws");
        mine.raw(Stranger.frame(0x01, new byte[30_000]));
        mine.raw(Stranger.frame(0x00, new byte[30_000]));
      }
    }
  },
  HALF_FRAMES("send a frame of 60 KB, but for its last byte") {
    @Override
    void press(Crowd by) throws IOException {
      for (var i = 0; i < 10; i++) {
        var mine = by.open("/ws");
        var frame = Stranger.frame(0x81, new byte[60_000]);
        mine.raw(Arrays.copyOf(frame, frame.length - 1));
      }
    }
  },
  COMPRESSED("send frames that inflate to 64 KB, on a node that compresses") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.open("/echo", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
      var bomb = deflated(new byte[64 << 10]);
      for (var i = 0; i < 500; i++) {
        mine.raw(Stranger.frame(0xC2, bomb));
      }
    }
  },
  HALF_OPEN("connect thirty times each, and send all but the end of a request of 8 KB") {
    @Override
    void press(Crowd by) throws IOException {
      for (var i = 0; i < 30; i++) {
        by.at().raw("GET /ws HTTP/1.1\r\nHost: x\r\nX: " + "h".repeat(7_000));
      }
    }
  },
  CONNECTIONS("have thirty sessions each, and do nothing") {
    @Override
    void press(Crowd by) throws IOException {
      for (var i = 0; i < 30; i++) {
        by.connected();
      }
    }
  },
  ECHO("send 60 KB frames to /echo and read nothing") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.open("/echo");
      for (var i = 0; i < 50; i++) {
        mine.raw(Stranger.frame(0x82, new byte[60_000]));
      }
    }
  },
  PAGES("ask for health and for the console over ten connections each, and read nothing") {
    @Override
    void press(Crowd by) throws IOException {
      for (var i = 0; i < 10; i++) {
        var path = i % 2 == 0 ? "/health/ready" : "/byssus.js";
        by.at().raw("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
      }
    }
  },
  DEVICES("be a gateway with 256 devices") {
    @Override
    void press(Crowd by) throws IOException {
      var mine = by.open("/device?gateway=g" + by.next());
      for (var address = 0; address < 256; address++) {
        mine.raw(Stranger.frame(0x82, Crowd.deviceFrame(address)));
      }
    }
  };

  static final String LONG = "\"" + "x".repeat(60_000) + "\"";

  private final String what;

  Pressure(String what) {
    this.what = what;
  }

  /** In words, of each of a hundred strangers. */
  String what() {
    return what;
  }

  /** What one of them does; ends with an exception when the node has had enough of it. */
  abstract void press(Crowd by) throws IOException;

  private static String subscribe(int id, String channel) {
    return "{\"type\":\"subscribe\",\"id\":" + id + ",\"channel\":\"" + channel + "\"}";
  }

  private static String publish(String channel, String data) {
    return "{\"type\":\"publish\",\"channel\":\"" + channel + "\",\"data\":" + data + "}";
  }

  private static String longName(long number) {
    var digits = Long.toString(number);
    return "c".repeat(200 - digits.length()) + digits;
  }

  /** One message of permessage-deflate (RFC 7692 section 7.2.1). */
  private static byte[] deflated(byte[] message) {
    var deflater = new Deflater(9, true);
    deflater.setInput(message);
    var out = new ByteArrayOutputStream();
    var buffer = new byte[1024];
    for (var length = -1; length != 0; ) {
      length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
      out.write(buffer, 0, length);
    }
    deflater.end();
    var all = out.toByteArray();
    return Arrays.copyOf(all, all.length - 4);
  }

  /** What they share, and all connections that they have. */
  static final class Crowd implements AutoCloseable {
    private final int port;
    private final List<Stranger> open = new ArrayList<>();
    private long number;

    Crowd(int port) {
      this.port = port;
    }

    int port() {
      return port;
    }

    synchronized long next() {
      return ++number;
    }

    Stranger at() throws IOException {
      return keep(Stranger.at(port));
    }

    Stranger open(String path, String... headers) throws IOException {
      return keep(Stranger.open(port, path, headers));
    }

    Stranger connected(String... fields) throws IOException {
      return keep(Stranger.connected(port, fields));
    }

    private synchronized Stranger keep(Stranger one) {
      open.add(one);
      return one;
    }

    synchronized int size() {
      return open.size();
    }

    /** As {@code spec/device-frame.md} has it, with a check of CRC-16/CCITT-FALSE. */
    static byte[] deviceFrame(int address) {
      return new io.byssus.protocol.device.DeviceFrame(address, 1, new byte[200])
          .bytes(io.byssus.protocol.device.Crc.CCITT_FALSE);
    }

    @Override
    public synchronized void close() throws IOException {
      for (var each : open) {
        each.close();
      }
      open.clear();
    }
  }
}
