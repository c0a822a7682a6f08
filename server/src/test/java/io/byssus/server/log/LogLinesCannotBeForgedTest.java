package io.byssus.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.json.JsonMapper;

class LogLinesCannotBeForgedTest {
  private final LoggerContext context = new LoggerContext();
  private final Logger logger = context.getLogger("io.byssus.node");

  private LoggingEvent event(String message, Throwable thrown, Object... arguments) {
    return new LoggingEvent("here", logger, Level.WARN, message, thrown, arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\n2026-01-01T00:00:00.000Z INFO node: all is well",
        "x\r\nfaked",
        "\033[2J\033[31mred",
        "\u009b31m",
        "\u202Eright to left",
        "\u2028next line",
        "a\u0000b",
        "\uD800 half a character"
      })
  void whatAClientSaysStaysOnItsLine(String said) {
    var line = new TextLayout().doLayout(event("channel {}", null, said));
    assertThat(line).endsWith("\n");
    assertThat(line.strip().codePoints().filter(c -> !Character.isBmpCodePoint(c) || bad(c)))
        .isEmpty();
    var inAnException =
        new TextLayout().doLayout(event("failed", new IllegalStateException(said), "x"));
    assertThat(inAnException.lines().skip(1).findFirst().orElseThrow())
        .startsWith("  java.lang.IllegalStateException: ");
    assertThat(inAnException.lines().skip(2)).allMatch(frame -> frame.startsWith("    at "));
  }

  private static boolean bad(int c) {
    return Character.isISOControl(c)
        || Character.getType(c) == Character.FORMAT
        || c == 0x2028
        || Character.getType(c) == Character.SURROGATE;
  }

  @Test
  void lineTellsTimeLevelPlaceAndMessage() {
    assertThat(new TextLayout().doLayout(event("{} of {}", null, 1, 2)))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) WARN node: 1"
                + " of 2\\n");
  }

  @Test
  void veryLongMessageIsCut() {
    assertThat(new TextLayout().doLayout(event("x".repeat(1 << 20), null))).hasSizeLessThan(2_100);
  }

  @Test
  void causesAreToldAndAnEndlessChainEnds() {
    var inner = new IllegalArgumentException("inner");
    var line =
        new TextLayout().doLayout(event("failed", new IllegalStateException("outer", inner)));
    assertThat(line).contains("outer", "because of java.lang.IllegalArgumentException: inner");
  }

  @Test
  void lookupsAreNotPerformed() {
    assertThat(new TextLayout().doLayout(event("{}", null, "${jndi:ldap://127.0.0.1/x}")))
        .contains("${jndi:ldap://127.0.0.1/x}");
  }

  @Test
  void jsonLineIsOneObjectWhateverWasSaid() {
    var said = "x\r\n{\"level\":\"INFO\"}\033[31m\"\\";
    var event = event("{}", new IllegalStateException(said), said);
    event.addKeyValuePair(new KeyValuePair("event", "x"));
    event.addKeyValuePair(new KeyValuePair("channel", said));
    var line = new JsonLines("n1").doLayout(event);
    assertThat(line).endsWith("\n");
    assertThat(line.strip().lines()).hasSize(1);
    assertThat(line.chars().filter(Character::isISOControl)).containsExactly((int) '\n');
    var json = JsonMapper.shared().readTree(line);
    assertThat(json.get("message").asString()).isEqualTo(said);
    assertThat(json.get("channel").asString()).isEqualTo(said);
    assertThat(json.get("error").asString()).endsWith(said);
    assertThat(json.get("level").asString()).isEqualTo("WARN");
  }
}
