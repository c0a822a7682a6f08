package io.byssus.core.channel;

import io.byssus.core.connection.Overflow;
import java.util.List;

/**
 * The rules for all channels whose names start with a prefix.
 *
 * @param prefix empty: the rules for channels that no other namespace claims
 * @param afterLoss where a subscription goes on that has missed what is no more kept
 * @param presence whether it is known who is in a channel
 * @param presenceAttributes the session attributes that presence shows
 */
public record Namespace(
    String prefix,
    Retention retention,
    AfterLoss afterLoss,
    boolean presence,
    List<String> presenceAttributes,
    Access publish,
    Access subscribe,
    Overflow overflow) {
  public Namespace {
    presenceAttributes = List.copyOf(presenceAttributes);
  }
}
