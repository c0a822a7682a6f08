package io.byssus.redis;

import java.util.HashMap;
import java.util.Map;

/**
 * What a server says about its part in replication, and which server it is.
 *
 * @param primary whether it takes writes
 * @param lineage its {@code master_replid}; changes when it becomes a primary or starts anew
 * @param former the lineage that it went on from when it became a primary; empty if none
 * @param replicas how many follow it
 */
record Replication(boolean primary, String lineage, String former, int replicas) {
  private static final String NO_LINEAGE = "0".repeat(40);

  /** Reads the reply of {@code INFO replication}. */
  static Replication of(String info) {
    var fields = fields(info);
    var online =
        fields.entrySet().stream()
            .filter(field -> field.getKey().matches("slave\\d+"))
            .filter(field -> field.getValue().contains("state=online"))
            .count();
    return new Replication(
        "master".equals(fields.get("role")),
        fields.getOrDefault("master_replid", ""),
        fields.getOrDefault("master_replid2", "").replace(NO_LINEAGE, ""),
        (int) online);
  }

  /** The fields of a reply of {@code INFO}. */
  static Map<String, String> fields(String info) {
    var fields = new HashMap<String, String>();
    for (var line : info.split("\r?\n")) {
      var colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return fields;
  }
}
