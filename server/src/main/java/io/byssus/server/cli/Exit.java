package io.byssus.server.cli;

/** How the process ends, in the numbers of sysexits.h. */
public final class Exit {
  public static final int OK = 0;
  public static final int USAGE = 64;
  public static final int DATA = 65;
  public static final int UNAVAILABLE = 69;
  public static final int SOFTWARE = 70;
  public static final int CONFIG = 78;

  private Exit() {}
}
