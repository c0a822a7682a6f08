package io.byssus.client;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;

class AddressCannotBeReachedTest {
  @Test
  void underscoreInAHostIsNamedAsTheReason() {
    for (var address : new String[] {"ws://my_app:8080/ws", "wss://app_1.example.org/ws"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Byssus.client(URI.create(address)))
          .withMessageContaining("underscore")
          .withMessageContaining(address);
    }
  }

  @Test
  void addressThatIsNoneOfAWebSocketIsRefused() {
    for (var address : new String[] {"http://app/ws", "ws:///ws", "ws://app/ws#x"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Byssus.client(URI.create(address)))
          .withMessageContaining("expected");
    }
  }
}
