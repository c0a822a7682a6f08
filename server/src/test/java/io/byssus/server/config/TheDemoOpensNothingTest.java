package io.byssus.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Access;
import io.byssus.core.channel.Namespace;
import io.byssus.core.session.Owner;
import org.junit.jupiter.api.Test;

class TheDemoOpensNothingTest {
  private static Namespace demo(String yaml) {
    return Loading.yaml(yaml)
        .config()
        .forNode(new Owner("n", "i"), "")
        .namespaces()
        .of("chat:lobby");
  }

  @Test
  void itsChannelsShowWhoIsThere() {
    var demo = demo("");
    assertThat(demo.presence()).isTrue();
    assertThat(demo.presenceAttributes()).containsExactly("name");
    assertThat(demo.retention().ephemeral()).isFalse();
  }

  @Test
  void itsChannelsAreAsClosedAsTheDefault() {
    var demo = demo("namespaces: {default: {publish: nobody, subscribe: users}}");
    assertThat(demo.publish()).isEqualTo(Access.NOBODY);
    assertThat(demo.subscribe()).isEqualTo(Access.USERS);
  }

  @Test
  void itsChannelsAreAsClosedAsTheNamespaceThatHoldsThem() {
    var demo = demo("namespaces: {all-c: {prefix: c, publish: nobody, history: {size: 0}}}");
    assertThat(demo.publish()).isEqualTo(Access.NOBODY);
    assertThat(demo.retention().ephemeral()).isTrue();
  }

  @Test
  void aNamespaceOfThatPrefixTakesItsPlace() {
    var demo = demo("namespaces: {chat: {history: {size: 7}}}");
    assertThat(demo.presence()).isFalse();
    assertThat(demo.retention().size()).isEqualTo(7);
  }

  @Test
  void withoutTheDemoItsChannelsAreLikeAnyOthers() {
    assertThat(demo("").presence()).isTrue();
    assertThat(demo("demo: {enabled: false}").presence()).isFalse();
  }
}
