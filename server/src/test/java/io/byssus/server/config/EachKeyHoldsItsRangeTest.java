package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.Limits;
import io.byssus.core.connection.Heartbeat;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Owner;
import io.byssus.server.settings.Config;
import io.byssus.transport.TransportSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EachKeyHoldsItsRangeTest {
  private static final List<ValueType<?>> BOUNDED =
      List.of(
          ValueTypes.COUNT, ValueTypes.SIZE, ValueTypes.DURATION, ValueTypes.TEXT, ValueTypes.LIST);

  static List<Entry<?>> keys() {
    return Schema.of(Config.DEFINITION).entries();
  }

  static List<Entry<?>> bounded() {
    return keys().stream().filter(entry -> !entry.max().isEmpty()).toList();
  }

  @ParameterizedTest
  @MethodSource("bounded")
  void bothEndsAreAllowedAndWhatIsBeyondIsRefused(Entry<?> entry) {
    var low = entry.type().bound(entry.min());
    var high = entry.type().bound(entry.max());
    assertThat(low).isLessThan(high);
    assertThat(refused(entry, written(entry, low))).isFalse();
    assertThat(refused(entry, written(entry, high))).isFalse();
    assertThat(refused(entry, written(entry, high + step(entry)))).isTrue();
    if (low > 0 || entry.type() == ValueTypes.COUNT) {
      assertThat(refused(entry, written(entry, low - step(entry)))).isTrue();
    }
  }

  private static boolean refused(Entry<?> entry, String text) {
    try {
      entry.parse(text);
      return false;
    } catch (ValueType.Refused e) {
      return true;
    }
  }

  /** A text with this measure. */
  private static String written(Entry<?> entry, long measure) {
    if (entry.type() == ValueTypes.TEXT) {
      return "x".repeat((int) measure);
    }
    if (entry.list()) {
      var name = entry.path().endsWith("gateways") ? "g1=" : "";
      var item = entry.type() == ValueTypes.LIST ? "x" : name + "10.0.0.0/8";
      return String.join(",", Stream.generate(() -> item).limit(measure).toList());
    }
    if (entry.type() == ValueTypes.DURATION) {
      return measure / 1_000 + "us";
    }
    return entry.type() == ValueTypes.SIZE ? measure + "B" : Long.toString(measure);
  }

  private static long step(Entry<?> entry) {
    return entry.type() == ValueTypes.DURATION ? Duration.ofMillis(1).toNanos() : 1;
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyIsDescribedAndBoundedAndItsDefaultAllowed(Entry<?> entry) {
    assertThat(entry.doc()).endsWith(".");
    assertThat(entry.allowed()).isNotEmpty();
    if (BOUNDED.contains(entry.type()) || entry.type() instanceof ListType<?>) {
      assertThat(entry.min()).isNotEmpty();
      assertThat(entry.max()).isNotEmpty();
    }
    if (!entry.optional()) {
      assertThat(refused(entry, entry.byDefault())).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyKeyStandsInTheReferenceWithItsDefaultRangeAndVariable(Entry<?> entry) {
    assertThat(ConfigDoc.markdown(Config.DEFINITION).lines())
        .filteredOn(line -> line.startsWith("| `" + entry.path() + "` |"))
        .singleElement()
        .asString()
        .contains(entry.byDefault(), entry.allowed(), entry.doc(), entry.variable());
    assertThat(ConfigDoc.plain(Config.DEFINITION))
        .contains("  " + entry.path() + "\n", entry.byDefault(), entry.variable());
  }

  @Test
  void noTwoKeysShareAVariable() {
    var names = new ArrayList<String>();
    for (var entry : keys()) {
      names.add(entry.variable());
      if (!entry.brief().isEmpty() && !entry.brief().equals(entry.variable())) {
        names.add(entry.brief());
      }
    }
    assertThat(names).doesNotHaveDuplicates();
  }

  /** The core has defaults of its own, for whoever embeds it. */
  @Test
  void defaultsAreThoseOfTheCore() {
    var config = Loading.yaml("").config();
    assertThat(config.limits().node()).isEqualTo(Limits.DEFAULTS);
    assertThat(config.forEngine()).isEqualTo(EngineSettings.DEFAULTS);
    assertThat(config.forNode(new Owner("n", "i"), "").heartbeat()).isEqualTo(Heartbeat.DEFAULTS);
    assertThat(config.session().perUser()).isEqualTo(new UserPolicy.Unlimited());
    assertThat(config.forTransport().with(TransportSettings.Listen.DEFAULTS))
        .isEqualTo(TransportSettings.DEFAULTS);
  }

  @Test
  void durationsAndSizesAreReadAndShownAlike() {
    for (var text : List.of("0s", "5us", "1500ms", "30s", "90s", "2m", "36h", "7d")) {
      assertThat(Durations.show(Durations.parse(text))).isEqualTo(text);
    }
    assertThat(Durations.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
    for (var text : List.of("0B", "1B", "1025B", "64KiB", "1MiB", "1GiB")) {
      assertThat(ByteSize.parse(text)).hasToString(text);
    }
    assertThat(ByteSize.parse("4096")).hasToString("4KiB");
  }

  @Test
  void whatIsNoDurationAndNoSizeIsNotGuessedAt() {
    for (var text : List.of("", "5", "s", "-5s", "5 s", "5S", "1.5s", "5sm", "9999999999999999d")) {
      assertThat(refused(entry("session.ttl"), text)).as(text).isTrue();
    }
    for (var text : List.of("", "KiB", "-1B", "1 KiB", "64KB", "64k", "1.5MiB", "99999999999GiB")) {
      assertThat(refused(entry("limits.outbox"), text)).as(text).isTrue();
    }
  }

  private static Entry<?> entry(String path) {
    return keys().stream().filter(entry -> entry.path().equals(path)).findFirst().orElseThrow();
  }
}
