package io.byssus.client;

/**
 * How to send a directed message.
 *
 * @param dedupe an id of this message within session and target, at most 128 characters; empty: the
 *     client makes one. Repeated within 5 minutes, each inbox takes it once
 */
public record SendOptions(String dedupe) {
  /** An id of its own. */
  public static final SendOptions DEFAULTS = new SendOptions("");

  /** Refuses an id that the server would refuse. */
  public SendOptions {
    PublishOptions.checkDedupe(dedupe);
  }

  /** With this id. */
  public static SendOptions dedupe(String id) {
    return new SendOptions(id);
  }
}
