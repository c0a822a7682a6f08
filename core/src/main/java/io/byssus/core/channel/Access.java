package io.byssus.core.channel;

/** Who may do something with the channels of a namespace. */
public enum Access {
  EVERYONE,
  /** Sessions with a user. */
  USERS,
  /** No client; only the server's own API. */
  NOBODY;

  /**
   * @param user empty for an anonymous session
   */
  public boolean allows(String user) {
    return switch (this) {
      case EVERYONE -> true;
      case USERS -> !user.isEmpty();
      case NOBODY -> false;
    };
  }
}
