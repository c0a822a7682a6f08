package io.byssus.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.node.NodeView;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

public class NodesPageTest {
  public static NodeView node(String name, boolean self) {
    return new NodeView(
        new Owner(name, "i1"),
        self ? NodeView.State.ALIVE : NodeView.State.SUSPECT,
        name + ".example:8080",
        "1.2",
        Duration.ofMillis(61_999),
        3,
        4,
        self,
        self);
  }

  @Test
  void everyNodeIsListedWithAllThatItSaysOfItself() {
    var page = new NodesPage(() -> List.of(node("a", true), node("b", false)));
    assertThat(page.get())
        .isEqualTo(
            "{\"nodes\":["
                + "{\"name\":\"a\",\"incarnation\":\"i1\",\"state\":\"alive\","
                + "\"address\":\"a.example:8080\",\"version\":\"1.2\",\"uptimeSeconds\":61,"
                + "\"connections\":3,\"sessions\":4,\"ready\":true,\"self\":true},"
                + "{\"name\":\"b\",\"incarnation\":\"i1\",\"state\":\"suspect\","
                + "\"address\":\"b.example:8080\",\"version\":\"1.2\",\"uptimeSeconds\":61,"
                + "\"connections\":3,\"sessions\":4,\"ready\":false,\"self\":false}]}");
  }

  @Test
  void whatAnotherNodeSaysStaysText() {
    assertThat(new NodesPage(() -> List.of(node("\"}\n", false))).get())
        .contains("\"name\":\"\\\"}\\n\"");
    assertThat(new NodesPage(List::of).get()).isEqualTo("{\"nodes\":[]}");
  }
}
