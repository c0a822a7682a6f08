package io.byssus.core.channel;

/** What a hub holds, counted for a test: nothing must be left when everybody has gone. */
public record HubInside(int feeds, int audiences) {
  /** While nothing runs on its lanes. */
  public static HubInside of(Hub hub) {
    return new HubInside(hub.feeds(), hub.audiences());
  }
}
