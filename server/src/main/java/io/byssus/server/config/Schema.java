package io.byssus.server.config;

import io.byssus.server.config.ConfigWalk.Chapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All keys, as a walk over {@link Config} names them when nothing is given. */
record Schema(List<Chapter> chapters) {
  static Schema read() {
    var reading = new ConfigWalk(Map.of());
    reading.config();
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
