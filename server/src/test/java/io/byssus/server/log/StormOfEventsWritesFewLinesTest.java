package io.byssus.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.byssus.core.NotDoneException;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Gap;
import io.byssus.server.auth.TokenRefusal;
import java.io.IOException;
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
  void refusedTokensAreToldSeldomAndByReason() {
    for (var i = 0; i < 1_000; i++) {
      observer.refused(TokenRefusal.EXPIRED, "the token expired 3600 s ago");
    }
    observer.refused(TokenRefusal.ISSUER, "the token's iss is x\u001b[2J\nWARN");
    assertThat(lines()).hasSize(2);
    assertThat(lines().getFirst()).contains("expired 3600 s ago");
    assertThat(lines().getLast()).contains("iss is x").doesNotContain("\u001b", "\n");
    now += Duration.ofSeconds(10).toNanos();
    observer.refused(TokenRefusal.EXPIRED, "the token expired 1 s ago");
    assertThat(lines()).hasSize(3).last().asString().contains("1000 times");
  }

  @Test
  void requestsThatAreTooLargeAreToldWithTheirKeys() {
    for (var i = 0; i < 1_000; i++) {
      observer.requestRefused(431);
      observer.requestRefused(404);
    }
    assertThat(lines()).singleElement().asString().contains("431", "limits.headers");
    now += Duration.ofSeconds(10).toNanos();
    observer.requestRefused(414);
    assertThat(lines()).hasSize(2).last().asString().contains("414", "limits.request-line");
  }

  @Test
  void fullTableOfFilesIsToldForPeople() {
    for (var i = 0; i < 1_000; i++) {
      observer.acceptFailed(new IOException("accept(..) failed: Too many open files"));
    }
    assertThat(lines())
        .singleElement()
        .asString()
        .contains("no file descriptor is left for new connections (ulimit -n is ")
        .doesNotContain("unknown");
    now += Duration.ofSeconds(10).toNanos();
    observer.acceptFailed(new IOException("accept(..) failed: No buffer space available"));
    assertThat(lines()).hasSize(2).last().asString().contains("No buffer space", "1000 times");
  }

  @Test
  void nodeThatSaysGoodbyeRingsNobody() {
    observer.nodeLeft("n2");
    observer.nodeGone("n3");
    assertThat(written.list)
        .extracting(ILoggingEvent::getLevel)
        .containsExactly(Level.INFO, Level.WARN);
  }

  @Test
  void oneKindOfTroubleDoesNotHideAnother() {
    observer.gap("news", Gap.TRIMMED);
    observer.dropped(3, 300);
    observer.laneStalled(Duration.ofMillis(1_500));
    assertThat(lines()).hasSize(3);
    assertThat(String.join("\n", lines())).contains("news", "trimmed", "3 messages", "1500 ms");
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
