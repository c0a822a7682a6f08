package io.byssus.server.auth;

/** Who may come without a token. */
public enum Anonymous {
  /** Who is on this machine, and whose page (if any) comes from it. */
  LOCAL,
  EVERYONE,
  NOBODY
}
