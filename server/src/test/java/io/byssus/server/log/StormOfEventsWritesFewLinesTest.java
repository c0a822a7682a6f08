package io.byssus.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.byssus.core.NotDoneException;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Gap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StormOfEventsWritesFewLinesTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.byssus.node");
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private long now = Long.MAX_VALUE - 5; // the clock may wrap
  private final LogObserver observer = new LogObserver(() -> now);

  @BeforeEach
  void listen() {
    written.start();
    logger.addAppender(written);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(written);
    logger.setAdditive(true);
  }

  private List<String> lines() {
    return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void firstFailureIsWrittenAtOnceAndTheRestCounted() {
    for (var i = 0; i < 1_000; i++) {
      observer.engineFailed("claim", new IllegalStateException("gone"));
    }
    assertThat(lines()).hasSize(1).first().asString().contains("claim");
    now += Duration.ofSeconds(10).toNanos();
    observer.engineFailed("save", new IllegalStateException("gone"));
    assertThat(lines()).hasSize(2).last().asString().contains("save", "1000 times");
  }

  @Test
  void engineThatIsGoneIsToldOnceAndItsFailuresNotAgain() {
    var notDone = new CompletionException(new NotDoneException("no Redis at h:1"));
    observer.engineFailed("sweep", notDone);
    assertThat(lines()).hasSize(1).first().asString().contains("sweep", "no Redis at h:1");
    assertThat(written.list.getFirst().getThrowableProxy()).isNull();
    observer.engineReachable(false);
    now += Duration.ofSeconds(60).toNanos();
    observer.engineFailed("sweep", notDone);
    assertThat(lines()).hasSize(2);
    observer.engineFailed("claim", new IllegalStateException("a defect"));
    assertThat(lines()).hasSize(3);
    assertThat(written.list.getLast().getThrowableProxy()).isNotNull();
    observer.engineReachable(true);
    now += Duration.ofSeconds(60).toNanos();
    observer.engineFailed("sweep", notDone);
    assertThat(lines()).hasSize(5);
  }

  @Test
  void pagesThatAreRefusedAreToldWithTheSettingThatLetsThem() {
    for (var i = 0; i < 1_000; i++) {
      observer.originRefused("https://app.example\u001b[2J", "http://app.example");
    }
    assertThat(lines())
        .singleElement()
        .asString()
        .contains("https://app.example", "http://app.example", "listen.allowed-origins")
        .doesNotContain("\u001b");
    now += Duration.ofSeconds(10).toNanos();
    observer.originRefused("null", "http://app.example");
    assertThat(lines()).hasSize(2).last().asString().contains("'null'", "1000 times");
  }

  @Test
  void oneKindOfTroubleDoesNotHideAnother() {
    observer.gap("news", Gap.TRIMMED);
    observer.dropped(3, 300);
    observer.laneStalled(Duration.ofMillis(1_500));
    assertThat(lines()).hasSize(3);
    assertThat(String.join("\n", lines())).contains("news", "trimmed", "3 pushes", "1500 ms");
  }

  @Test
  void whatHappensAllDayLongIsNotWritten() {
    observer.connectionOpened();
    observer.sessionCreated("s");
    observer.published("news");
    observer.delivered("news", 1, 1);
    observer.gap("news", Gap.EPHEMERAL);
    observer.connectionClosed(CloseCode.NORMAL);
    assertThat(lines()).isEmpty();
  }
}
