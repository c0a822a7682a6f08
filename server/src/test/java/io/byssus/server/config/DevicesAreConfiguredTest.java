package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicesAreConfiguredTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          devices.crc              | crc32          | expected ccitt-false, modbus, xmodem, kermit
          devices.channel          | a*             | expected the name of a channel
          devices.channel          | {gatway}       | expected the name of a channel
          devices.tags             | {who}          | expected a tag
          devices.controls         | switch         | expected a list of NAME=VALUE
          devices.controls         | switch=x       | is no number from 0 to 255
          devices.controls         | switch=256     | is no number from 0 to 255
          devices.controls         | switch=0x100   | is no number from 0 to 255
          devices.controls         | switch=-1      | is no number from 0 to 255
          devices.controls         | a=1,b=1        | have the same value
          devices.controls         | a=1,a=2        | expected a list of NAME=VALUE
          devices.heartbeat        | 256            | expected a whole number, 0 to 255
          devices.answer-heartbeat | true           | devices.heartbeat is not set, so there is no heartbeat to answer
          devices.tcp.port         | 70000          | expected a whole number, 0 to 65535
          devices.tcp.gateways     | 10.0.0.1       | expected NAME=NETWORK
          devices.tcp.gateways     | g 1=10.0.0.1   | expected NAME=NETWORK
          devices.tcp.gateways     | g1=10.0.0.1/99 | the prefix must be from 0 to 32
          devices.tcp.gateways     | a=10.0.0.0/8,b=10.0.0.5 | b at 10.0.0.5/32 can never match: a at 10.0.0.0/8 already covers it
          devices.tcp.gateways     | a=10.0.0.5,b=10.0.0.5   | b at 10.0.0.5/32 can never match
          devices.tpc.port         | 9009           | did you mean devices.tcp.port?
          """)
  void whatIsWrongIsToldWithItsKey(String key, String value, String message) {
    assertThat(Loading.yaml("").set(key, value).problems())
        .singleElement()
        .asString()
        .startsWith(key)
        .contains(message);
  }

  @Test
  void aPortThatOthersReachNeedsTheNamesOfItsGateways() {
    var open = Loading.yaml("").set("devices.tcp.port", "9009").set("devices.tcp.host", "0.0.0.0");

    assertThat(open.problems())
        .singleElement()
        .asString()
        .contains("devices.tcp.host", "list them in devices.tcp.gateways");
    assertThat(open.set("devices.tcp.gateways", "g1=10.0.0.5,g2=fd00::/8").problems()).isEmpty();
  }

  @Test
  void aNarrowNetworkBeforeAWiderOneIsAnExceptionFromIt() {
    var gateways = "b=10.0.0.5,a=10.0.0.0/8,c=11.0.0.5,d=fd00::1,a=10.0.0.6";

    assertThat(Loading.yaml("").set("devices.tcp.gateways", gateways).problems()).isEmpty();
  }

  @Test
  void listsAndNumbersAreReadAsTheyAreWritten() {
    var devices =
        Loading.yaml(
                """
                devices:
                  controls: [temperature=1, switch=0x10, lamp=010]
                  tcp:
                    gateways: [g1=10.0.0.5]
                """)
            .config()
            .devices();

    assertThat(devices.settings().controls().value("switch")).contains(16);
    assertThat(devices.settings().controls().value("lamp")).contains(10);
    assertThat(devices.settings().controls().name(1)).contains("temperature");
    assertThat(devices.tcp().gateways()).singleElement().extracting("gateway").isEqualTo("g1");
    assertThat(devices.tcp().port()).isEmpty();
  }
}
