package io.byssus.server.config;

/** The reference of all keys, made from what the parser goes by. */
public final class ConfigDoc {
  private static final int WIDTH = 100;

  private ConfigDoc() {}

  /** For a terminal. */
  public static String plain(Definition<?> definition) {
    var page = new StringBuilder();
    for (var chapter : Schema.of(definition).chapters()) {
      if (!chapter.path().isEmpty()) {
        page.append(chapter.path()).append('\n').append(indented(chapter.doc(), "  ")).append('\n');
      }
      chapter.entries().forEach(entry -> page.append(plain(entry)));
    }
    return page.toString();
  }

  private static String plain(Entry<?> entry) {
    return "  "
        + entry.path()
        + "\n"
        + indented(entry.doc(), "      ")
        + "      default   "
        + byDefault(entry)
        + "\n      allowed   "
        + entry.allowed()
        + "\n      variable  "
        + variables(entry, " or ")
        + "\n\n";
  }

  /** A page for people who look a key up, one table a section. */
  public static String markdown(Definition<?> definition) {
    var page =
        new StringBuilder(
            """
            # Configuration

            Made by `./byssus config-doc --markdown` from the keys that the program reads; do not edit.

            A flag (`--set limits.outbox=2MiB`) is stronger than an environment variable, that than the file
            (`--config byssus.yaml`), and that than the default. `./byssus check-config FILE` tells everything that is
            wrong with a file. Durations are written as `1500ms`, `30s`, `2m`, `1h`, `7d`; sizes as `512B`, `64KiB`,
            `1MiB`; a list in a variable has commas between its items.
            """);
    for (var chapter : Schema.of(definition).chapters()) {
      if (!chapter.path().isEmpty()) {
        page.append("\n## `")
            .append(chapter.path())
            .append("`\n\n")
            .append(chapter.doc())
            .append('\n');
      }
      if (!chapter.entries().isEmpty()) {
        page.append(
            "\n| key | default | allowed | what it is | variable |\n|---|---|---|---|---|\n");
        chapter.entries().forEach(entry -> page.append(row(entry)));
      }
    }
    return page.toString();
  }

  private static String row(Entry<?> entry) {
    return "| `%s` | %s | %s | %s | `%s` |\n"
        .formatted(
            entry.path(), byDefault(entry), entry.allowed(), entry.doc(), variables(entry, "` `"));
  }

  private static String byDefault(Entry<?> entry) {
    var written = entry.byDefault();
    if (entry.optional()) {
      return "(" + written + ")";
    }
    return written.isEmpty() ? "(empty)" : written;
  }

  private static String variables(Entry<?> entry, String between) {
    var brief = entry.brief();
    return brief.isEmpty() || brief.equals(entry.variable())
        ? entry.variable()
        : brief + between + entry.variable();
  }

  private static String indented(String text, String indent) {
    var lines = new StringBuilder();
    var line = new StringBuilder(indent);
    for (var word : text.split(" ")) {
      if (line.length() + word.length() > WIDTH) {
        lines.append(line.toString().stripTrailing()).append('\n');
        line.setLength(indent.length());
      }
      line.append(word).append(' ');
    }
    return lines.append(line.toString().stripTrailing()).append('\n').toString();
  }
}
