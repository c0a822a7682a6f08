package io.byssus.server.config;

/**
 * A value as someone wrote it down.
 *
 * @param text of a list the items, with commas between them
 * @param list whether it was written as a list
 * @param where it was found, for a person
 */
record RawValue(String path, String text, boolean list, Origin origin, String where) {
  /** From the weakest to the strongest. */
  enum Origin {
    FILE,
    ENVIRONMENT,
    FLAG
  }
}
