package io.byssus.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.byssus.protocol.CloseCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 6455 section 7.1.7: the right close code, once, then nothing but the end. */
@ExtendWith(NoLeaks.class)
class BadFrameEndsTheConnectionTest {
  private static final int FIN = 0x80;
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  static TestServer server;

  @BeforeAll
  static void start() throws IOException {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> frames() {
    return Stream.of(
            masks(), lengths(), reservedBits(), opcodes(), controls(), closes(), texts(), splits())
        .flatMap(arguments -> arguments);
  }

  private static Stream<Arguments> masks() {
    return Stream.of(
        arguments("unmasked text", 1002, bytes("81 02 68 69")),
        arguments("unmasked close", 1002, bytes("88 00")));
  }

  /** Refused by the length that they declare; nothing of them is waited for. */
  private static Stream<Arguments> lengths() {
    return Stream.of(
        arguments("2^63-1 bytes", 1009, bytes("82 FF 7FFFFFFFFFFFFFFF")),
        arguments("the top bit of the length", 1002, bytes("82 FF 8000000000000001")),
        arguments("16 MB", 1009, bytes("82 FF 0000000001000000")),
        arguments("a byte more than allowed", 1009, bytes("82 FF 0000000000010001")),
        arguments("125 bytes in the 16-bit form", 1002, bytes("82 FE 007D")),
        arguments("65,535 bytes in the 64-bit form", 1002, bytes("82 FF 000000000000FFFF")));
  }

  private static Stream<Arguments> reservedBits() {
    return Stream.of(0x40, 0x20, 0x10, 0x70)
        .flatMap(bits ->
            Stream.of(TEXT, 2, CLOSE, PING, PONG)
                .map(opcode ->
                    arguments(
                        "reserved bits %x on opcode %d".formatted(bits, opcode),
                        1002,
                        frame(FIN | bits | opcode, ""))));
  }

  private static Stream<Arguments> opcodes() {
    return IntStream.of(3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF)
        .mapToObj(opcode -> arguments("opcode " + opcode, 1002, frame(FIN | opcode, "")));
  }

  private static Stream<Arguments> controls() {
    return IntStream.of(CLOSE, PING, PONG)
        .boxed()
        .flatMap(opcode ->
            Stream.of(
                arguments("fragment of control " + opcode, 1002, frame(opcode, "")),
                arguments("126 bytes of control " + opcode, 1002, longFrame(FIN | opcode))));
  }

  private static byte[] longFrame(int first) {
    return RawClient.frame(first, new byte[126]);
  }

  private static Stream<Arguments> closes() {
    var codes =
        IntStream.of(0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535)
            .mapToObj(code ->
                arguments("close " + code, 1002, frame(FIN | CLOSE, "%04x".formatted(code))));
    return Stream.concat(
        codes,
        Stream.of(
            arguments("close of one byte", 1002, frame(FIN | CLOSE, "03")),
            arguments("close with half a reason", 1007, frame(FIN | CLOSE, "03E8 C3")),
            arguments("close with a surrogate", 1007, frame(FIN | CLOSE, "03E8 EDA080"))));
  }

  private static Stream<Arguments> texts() {
    return Stream.of(
            "C0AF",
            "C1BF",
            "E08080",
            "EDA080",
            "EDBFBF",
            "F08080AF",
            "F4908080",
            "F5808080",
            "FF",
            "80",
            "61BF",
            "C3",
            "E282",
            "F09F98",
            "C328",
            "61626364656667C3")
        .map(text -> arguments("text " + text, 1007, frame(FIN | TEXT, text)));
  }

  /** The fault is in a fragment, or shows only where two meet; the message never ends. */
  private static Stream<Arguments> splits() {
    return Stream.of(
        arguments("fault in the first fragment", 1007, frame(TEXT, "61FF")),
        arguments("fault in the second", 1007, join(frame(TEXT, "61"), frame(0, "FF"))),
        arguments("lead and no follower", 1007, join(frame(TEXT, "C3"), frame(0, "28"))),
        arguments("a split surrogate", 1007, join(frame(TEXT, "ED"), frame(0, "A0"))),
        arguments("beyond Unicode, split", 1007, join(frame(TEXT, "F4"), frame(0, "90"))),
        arguments("end within a character", 1007, join(frame(TEXT, "C3"), frame(FIN, ""))),
        arguments("continuation of nothing", 1002, frame(FIN, "61")),
        arguments("message within a message", 1002, join(frame(TEXT, "61"), frame(FIN | 2, ""))),
        arguments("text within a text", 1002, join(frame(TEXT, "61"), frame(TEXT, "61"))));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] frame(int first, String payload) {
    return RawClient.frame(first, bytes(payload));
  }

  private static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (var part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("frames")
  void ofTheEcho(String name, int code, byte[] sent) throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.send(join(sent, frame(FIN | TEXT, "6C61746572")));
      client.assertClosedWith(code);
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("frames")
  void ofASession(String name, int code, byte[] sent) throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.send(join(sent, frame(FIN | TEXT, "6C61746572")));
      client.assertClosedWith(code);
      var session = server.next();
      assertThat(session.gone().code()).isEqualTo(code);
      assertThat(session.waiting()).isZero();
    }
  }

  @Test
  void butAMaskOfZerosIsAMask() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.send(bytes("81 82 00000000 6869"));
      assertThat(client.frame().text()).isEqualTo("hi");
    }
  }

  @Test
  void asDoesABinaryMessageToASession() throws Exception {
    try (var client = server.connect().open("/ws")) {
      client.frame(0x82, "{}");
      assertThat(client.frame().text())
          .contains("\"type\":\"error\"", "\"malformed\"", "send text frames");
      assertThat(client.frame().closeCode()).isEqualTo(1003);
      assertThat(server.next().gone()).isEqualTo(CloseCode.UNSUPPORTED_DATA);
    }
  }

  @Test
  void andWhatWasGoodBeforeItIsStillAnswered() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.send(join(frame(FIN | TEXT, "6869"), frame(FIN | 3, "")));
      assertThat(client.frame().text()).isEqualTo("hi");
      client.assertClosedWith(1002);
    }
  }

  @Test
  void andTheReasonIsTheNameOfTheCode() throws IOException {
    try (var client = server.connect().open("/echo")) {
      client.send(frame(FIN | TEXT, "FF"));
      assertThat(client.frame().closeReason()).isEqualTo("invalid_utf8");
    }
  }
}
