package io.byssus.protocol;

/** Whom a directed message is for. */
public sealed interface Target {
  /** One session, by its id. */
  static Target session(String id) {
    return new ToSession(id);
  }

  /** All sessions of a user. */
  static Target user(String name) {
    return new ToUser(name);
  }

  /** All sessions with a tag. */
  static Target tag(String name) {
    return new ToTag(name);
  }

  record ToSession(String session) implements Target {}

  record ToUser(String user) implements Target {}

  record ToTag(String tag) implements Target {}
}
