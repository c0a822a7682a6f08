package io.byssus.server.config;

/**
 * What a configuration consists of: one walk that names every key, and what must hold between them.
 */
public interface Definition<T> {
  /** Reads every key once, whatever is given; the order is that of the reference. */
  T read(Group root);

  void check(T config, Constraints rules);
}
