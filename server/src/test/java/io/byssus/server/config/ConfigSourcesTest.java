package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Access;
import io.byssus.core.connection.Overflow;
import io.byssus.core.node.UserPolicy;
import io.byssus.core.session.Owner;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConfigSourcesTest {
  @Test
  void flagIsStrongerThanEnvironmentThatThanFileAndThatThanDefault() {
    var file = Loading.yaml("limits:\n  tags: 1\n  attributes: 1\n  subscriptions: 1\n");
    file.variable("BYSSUS_LIMITS_TAGS", "2").variable("BYSSUS_LIMITS_ATTRIBUTES", "2");
    var limits = file.set("limits.tags", "3").config().limits().node();
    assertThat(limits.tags()).isEqualTo(3);
    assertThat(limits.attributes()).isEqualTo(2);
    assertThat(limits.subscriptions()).isEqualTo(1);
    assertThat(limits.historyItems()).isEqualTo(1_000);
  }

  @Test
  void variablesSetNamespacesToo() {
    var namespaces =
        Loading.yaml("")
            .variable("BYSSUS_NAMESPACES_CHAT_HISTORY_SIZE", "7")
            .variable("BYSSUS_NAMESPACES_CHAT_ROOM_PRESENCE", "true")
            .variable("BYSSUS_NAMESPACES_CHAT_ROOM_PRESENCE_ATTRIBUTES", "name, color")
            .config()
            .namespaces()
            .byName();
    assertThat(namespaces).containsOnlyKeys("default", "chat", "chat-room");
    assertThat(namespaces.get("chat").history().size()).isEqualTo(7);
    assertThat(namespaces.get("chat-room").presence()).isTrue();
    assertThat(namespaces.get("chat-room").presenceAttributes()).containsExactly("name", "color");
  }

  @Test
  void shortVariablesStandForTheirKeys() {
    var config =
        Loading.yaml("")
            .variable("BYSSUS_HOST", "127.0.0.1")
            .variable("BYSSUS_PORT", "9000")
            .variable("BYSSUS_NODE", "n1")
            .variable("BYSSUS_ENGINE", "memory")
            .config();
    assertThat(config.listen().host()).isEqualTo("127.0.0.1");
    assertThat(config.listen().port()).isEqualTo(9000);
    assertThat(config.node().name()).contains("n1");
  }

  @Test
  void twoVariablesOfOneKeyMustAgree() {
    assertThat(
            Loading.yaml("")
                .variable("BYSSUS_PORT", "1")
                .variable("BYSSUS_LISTEN_PORT", "2")
                .problems())
        .containsExactly(
            "listen.port (BYSSUS_PORT): conflicts with BYSSUS_LISTEN_PORT, which sets another"
                + " value");
  }

  @Test
  void mistypedVariableIsNotIgnored() {
    assertThat(Loading.yaml("").variable("BYSSUS_AUTH_ANONYMUS", "nobody").problems())
        .containsExactly(
            "BYSSUS_AUTH_ANONYMUS (environment): unknown environment variable; did you mean"
                + " BYSSUS_AUTH_ANONYMOUS?");
  }

  @Test
  void whatKubernetesSetsForAServiceOfOurNameIsNotForUs() {
    var config =
        Loading.yaml("")
            .variable("BYSSUS_PORT", "tcp://10.96.0.7:8080")
            .variable("BYSSUS_PORT_8080_TCP_ADDR", "10.96.0.7")
            .variable("BYSSUS_SERVICE_HOST", "10.96.0.7")
            .variable("BYSSUS_SERVICE_PORT_WS", "8080")
            .variable("BYSSUS_METRICS_PORT", "tcp://10.96.0.8:80")
            .config();
    assertThat(config.listen().port()).isEqualTo(8080);
  }

  @Test
  void wholeFileBecomesTheSettingsOfANode() {
    var config =
        Loading.yaml(
                """
                listen: {host: 127.0.0.1, port: 0}
                node:
                  name: alpha-1
                  join-delay: 500us
                session:
                  per-user: limit:3
                limits:
                inbox:
                  # all commented out
                namespaces:
                  default:
                    publish: nobody
                  chat:
                    prefix: "chat/"
                    history: {size: 5, age: 90s}
                    presence: true
                    presence-attributes: [name, color]
                    publish: users
                    overflow: drop-oldest
                  ticker:
                    history: {size: 0}
                    overflow: latest
                """)
            .config();
    var node = config.forNode(new Owner("alpha-1", "i"), "a:1");
    assertThat(node.userPolicy()).isEqualTo(new UserPolicy.AtMost(3));
    assertThat(node.joinDelay()).isEqualTo(Duration.ofNanos(500_000));
    var chat = node.namespaces().of("chat/room");
    assertThat(chat.retention().size()).isEqualTo(5);
    assertThat(chat.retention().age()).isEqualTo(Duration.ofSeconds(90));
    assertThat(chat.presenceAttributes()).containsExactly("name", "color");
    assertThat(chat.publish()).isEqualTo(Access.USERS);
    assertThat(chat.subscribe()).isEqualTo(Access.EVERYONE);
    assertThat(chat.overflow()).isEqualTo(Overflow.DROP_OLDEST);
    assertThat(node.namespaces().of("ticker:x").retention().ephemeral()).isTrue();
    assertThat(node.namespaces().of("ticker:x").overflow()).isEqualTo(Overflow.LATEST);
    assertThat(node.namespaces().of("else").publish()).isEqualTo(Access.NOBODY);
  }

  @Test
  void wordsOfYamlStayTheTextThatWasWritten() {
    assertThat(Loading.yaml("node: {name: off}").config().node().name()).contains("off");
    assertThat(Loading.yaml("session: {client-tags: yes}").problems())
        .containsExactly("session.client-tags (test.yaml line 1): \"yes\": expected true or false");
    assertThat(Loading.yaml("inbox: {messages: 1_000}").problems()).hasSize(1);
  }
}
