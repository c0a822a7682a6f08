package io.byssus.redis;

/**
 * As whom a node logs in.
 *
 * @param user empty for the default user
 */
public record RedisLogin(String user, RedisPassword password) {
  static final RedisLogin NOBODY = new RedisLogin("", RedisPassword.NONE);
}
