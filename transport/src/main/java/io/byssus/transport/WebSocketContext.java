package io.byssus.transport;

import io.byssus.core.RateLimit;
import io.byssus.core.connection.Encoding;
import io.byssus.protocol.JsonCodec;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.util.concurrent.atomic.LongAdder;

/**
 * What all WebSockets of a server share.
 *
 * @param messages limits and time-outs
 * @param connections TCP connections that are open
 * @param room for all of them together
 * @param controls how many control frames one connection may send
 * @param plainFrames how frames are decoded where no extension was negotiated
 * @param deflatedFrames and where permessage-deflate was; the reserved bits are then ours to check
 */
record WebSocketContext(
    TransportSettings.Messages messages,
    AddressLimit addresses,
    LongAdder connections,
    Room room,
    Sessions sessions,
    JsonCodec codec,
    Encoding plainEncoding,
    Encoding deflatedEncoding,
    Deflation deflation,
    RateLimit controls,
    WebSocketDecoderConfig plainFrames,
    WebSocketDecoderConfig deflatedFrames) {

  static WebSocketContext of(
      TransportSettings settings,
      AddressLimit addresses,
      LongAdder connections,
      Room room,
      Sessions sessions) {
    var codec = new JsonCodec(settings.json());
    var deflation = new Deflation(settings.deflate());
    return new WebSocketContext(
        settings.messages(),
        addresses,
        connections,
        room,
        sessions,
        codec,
        new JsonEncoding(codec),
        new DeflatedJsonEncoding(codec, deflation),
        deflation,
        RateLimit.of(settings.messages().controlsPerSecond(), settings.messages().controlsBurst()),
        frames(settings.messages().messageBytes(), false),
        frames(settings.messages().messageBytes(), true));
  }

  // UTF-8 is checked where messages are put together, and close frames are sent by one hand only.
  private static WebSocketDecoderConfig frames(int maxBytes, boolean extensions) {
    return WebSocketDecoderConfig.newBuilder()
        .expectMaskedFrames(true)
        .allowMaskMismatch(false)
        .allowExtensions(extensions)
        .maxFramePayloadLength(maxBytes)
        .withUTF8Validator(false)
        .closeOnProtocolViolation(false)
        .build();
  }
}
