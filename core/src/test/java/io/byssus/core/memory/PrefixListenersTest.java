package io.byssus.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.channel.Broker.Listener;
import io.byssus.protocol.Json;
import io.byssus.protocol.ServerMessage.Item;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

class PrefixListenersTest {
  /**
   * Few characters, so that many are prefixes of each other; with two halves of a surrogate pair.
   */
  @Property
  void exactlyThePrefixesOfANameAreFound(
      @ForAll
          Set<@Chars({'a', 'b', '.', '\ud83d', '\ude00'}) @StringLength(max = 5) String> prefixes,
      @ForAll @Chars({'a', 'b', '.', '\ud83d', '\ude00'}) @StringLength(max = 8) String name) {
    var listeners = new PrefixListeners();
    var found = new HashSet<String>();
    for (var prefix : prefixes) {
      listeners.put(prefix, (channel, epoch, item) -> assertThat(found.add(prefix)).isTrue());
    }
    listeners.forEach(name, listener -> tell(listener, name));
    assertThat(found).isEqualTo(prefixesOf(name, prefixes));
  }

  private static void tell(Listener listener, String name) {
    listener.publication(name, "", new Item(0, Json.NULL, Optional.empty()));
  }

  private static Set<String> prefixesOf(String name, Set<String> prefixes) {
    var expected = new HashSet<>(prefixes);
    expected.removeIf(prefix -> !name.startsWith(prefix));
    return expected;
  }
}
