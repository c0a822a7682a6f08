package io.byssus.server.config;

import io.byssus.server.config.ConfigWalk.Chapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All keys, as a {@link Definition} names them when nothing is given. */
record Schema(List<Chapter> chapters) {
  static Schema of(Definition<?> definition) {
    var reading = new ConfigWalk(Map.of());
    definition.read(reading.root());
    return new Schema(reading.chapters());
  }

  List<Entry<?>> entries() {
    var entries = new ArrayList<Entry<?>>();
    for (var chapter : chapters) {
      entries.addAll(chapter.entries());
    }
    return entries;
  }
}
