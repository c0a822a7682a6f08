package io.byssus.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonLogIsMadeForMachinesTest {
  private final Logger logger = new LoggerContext().getLogger("io.byssus.node");
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();

  @BeforeEach
  void listen() {
    written.start();
    logger.addAppender(written);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(written);
  }

  private JsonNode line() {
    return JsonMapper.shared().readTree(new JsonLines("n1").doLayout(written.list.getLast()));
  }

  @Test
  void lineTellsTimeLevelNodeEventAndValues() {
    LogEvent.warn(logger, "gap").with("channel", "http://x/").with("times", 3L).say("{channel}!");
    var line = line();
    assertThat(Instant.parse(line.get("time").asString())).isNotNull();
    assertThat(line.get("time").asString()).matches(".*T\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    assertThat(line.get("level").asString()).isEqualTo("WARN");
    assertThat(line.get("node").asString()).isEqualTo("n1");
    assertThat(line.get("event").asString()).isEqualTo("gap");
    assertThat(line.get("message").asString()).isEqualTo("http://x/!");
    assertThat(line.get("times").isIntegralNumber()).isTrue();
    assertThat(line.has("error")).isFalse();
    assertThat(new JsonLines("n1").doLayout(written.list.getLast())).contains("\"http://x/\"");
  }

  @Test
  void failureComesWithItsTrace() {
    LogEvent.error(logger, "task_failed").say("a task failed", new IllegalStateException("why"));
    assertThat(line().get("error").asString()).isEqualTo("java.lang.IllegalStateException: why");
    assertThat(line().get("trace").asString()).contains("failureComesWithItsTrace");
  }

  @Test
  void lineOfALibraryHasNoEvent() {
    logger.info("of {}", "a library");
    assertThat(line().get("message").asString()).isEqualTo("of a library");
    assertThat(line().has("event")).isFalse();
  }

  @Test
  void valueCannotTakeThePlaceOfWhatEveryLineHas() {
    var event = LogEvent.info(logger, "node_joined");
    assertThatThrownBy(() -> event.with("node", "n2")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void valueIsNotReadAsASentence() {
    LogEvent.info(logger, "x")
        .with("origin", "{times} $1 {} \\")
        .with("times", 1)
        .say("<{origin}>");
    assertThat(line().get("message").asString()).isEqualTo("<{times} $1 {} \\>");
  }
}
