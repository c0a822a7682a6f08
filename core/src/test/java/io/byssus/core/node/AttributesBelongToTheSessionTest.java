package io.byssus.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.testing.TestClient;
import io.byssus.core.testing.TestNode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Attributes;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AttributesBelongToTheSessionTest {
  private final TestNode node = new TestNode(21);

  @Test
  void whatIsNullAtTheStartIsNotThereNowOrAfterAResume() {
    var client = node.client();
    var given = Map.of("name", TestClient.text("Ann"), "old", Json.NULL);
    var session = client.connect("ann", Set.of(), given);
    assertThat(attributes(client)).containsOnlyKeys("name");

    client.resume(session, Map.of());

    assertThat(attributes(client)).containsOnlyKeys("name");
  }

  private static Map<String, Json> attributes(TestClient client) {
    var heard = client.say(new Command.GetAttributes(client.nextId()));
    return TestClient.only(Attributes.class, heard).attributes();
  }
}
