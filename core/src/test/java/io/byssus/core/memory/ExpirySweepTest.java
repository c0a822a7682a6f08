package io.byssus.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class ExpirySweepTest {
  private final ConcurrentHashMap<String, Integer> map = new ConcurrentHashMap<>();
  private final List<String> seen = new ArrayList<>();
  private final ExpirySweep<String, Integer> expiries =
      new ExpirySweep<>(map, (key, value) -> seen.add(key));

  @Test
  void everyEntryIsSeenOnceARound() {
    fill(100);
    for (var i = 0; i < 10; i++) {
      expiries.sweep(10);
    }
    assertThat(seen).hasSize(100).doesNotHaveDuplicates();
    expiries.sweep(100);
    assertThat(seen).hasSize(200);
  }

  @Test
  void aSweepLooksAtNoEntryTwice() {
    fill(3);
    expiries.sweep(1_000);
    assertThat(seen).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void whatTheLookRemovesIsNotMissed() {
    var removing =
        new ExpirySweep<>(
            map,
            (key, value) -> {
              if (value % 2 == 0) {
                map.remove(key);
              }
            });
    fill(100);
    for (var i = 0; i < 12; i++) {
      removing.sweep(10);
    }
    assertThat(map.values()).hasSize(50).allMatch(value -> value % 2 == 1);
  }

  @Test
  void anEmptyMapIsNothingToDo() {
    expiries.sweep(10);
    assertThat(seen).isEmpty();
    fill(1);
    expiries.sweep(10);
    assertThat(seen).containsExactly("0");
  }

  private void fill(int entries) {
    for (var i = 0; i < entries; i++) {
      map.put("" + i, i);
    }
  }
}
