package io.byssus.core.channel;

/** Where a subscription goes on behind publications that its channel no more keeps. */
public enum AfterLoss {
  /** With the oldest that is kept: each message counts, as in a chat. */
  FROM_OLDEST,
  /** With the next that is published: only the present counts, as with a ticker. */
  FROM_NOW
}
