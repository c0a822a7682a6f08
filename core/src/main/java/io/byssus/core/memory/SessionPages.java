package io.byssus.core.memory;

import io.byssus.core.session.SessionList;
import io.byssus.core.session.SessionList.Filter;
import io.byssus.core.session.SessionList.Row;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Goes through the sessions of a table, one part after the other, in each by their ids. Without
 * state: the cursor is {@code PART:ID}.
 */
final class SessionPages {
  /** How many sessions a page looks at, of which its filter may take few. */
  private static final int MOST_LOOKED_AT = 1_000;

  private final SessionTable table;

  SessionPages(SessionTable table) {
    this.table = table;
  }

  SessionList list(Filter filter, String cursor, int limit) {
    var from = Parts.Cursor.of(cursor);
    var after = from.after();
    var rows = new ArrayList<Row>();
    var lookedAt = 0;
    for (var part = from.part(); part < Parts.COUNT; part++) {
      for (var id : table.idsAfter(after, part)) {
        row(filter, id).ifPresent(rows::add);
        if (rows.size() == limit || ++lookedAt == MOST_LOOKED_AT) {
          return new SessionList(rows, Optional.of(new Parts.Cursor(part, id).toString()));
        }
      }
      after = "";
    }
    return new SessionList(rows, Optional.empty());
  }

  private Optional<Row> row(Filter filter, String id) {
    return table
        .living(
            id,
            entry ->
                entry.in(filter)
                    ? Optional.of(entry.row(table.left(entry)))
                    : Optional.<Row>empty())
        .flatMap(found -> found);
  }
}
