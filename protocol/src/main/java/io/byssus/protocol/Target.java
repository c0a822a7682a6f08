package io.byssus.protocol;

/** Whom a directed message is for. */
public sealed interface Target {
  record ToSession(String session) implements Target {}

  record ToUser(String user) implements Target {}

  record ToTag(String tag) implements Target {}
}
