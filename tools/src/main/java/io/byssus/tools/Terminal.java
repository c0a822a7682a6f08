package io.byssus.tools;

import java.io.PrintStream;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Where the program speaks to a person: in colour on a terminal, plain in a pipe or file and where
 * NO_COLOR is set (no-color.org).
 */
public final class Terminal {
  private final PrintStream out;
  private final PrintStream err;
  private final BooleanSupplier colour;

  /**
   * @param colour asked when it matters, because looking for a terminal takes a while
   */
  public Terminal(PrintStream out, PrintStream err, BooleanSupplier colour) {
    this.out = out;
    this.err = err;
    this.colour = colour;
  }

  /** The one of this process. */
  public static Terminal of(Map<String, String> environment) {
    return new Terminal(System.out, System.err, () -> interactive(environment));
  }

  private static boolean interactive(Map<String, String> environment) {
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()
        || environment.getOrDefault("TERM", "dumb").equals("dumb")) {
      return false;
    }
    var console = System.console();
    return console != null && console.isTerminal();
  }

  /** A line for the person. */
  public void say(String line) {
    out.println(line);
  }

  /** An answer as it is, maybe for another program. */
  public void print(String text) {
    out.print(text);
    out.flush();
  }

  /** What went wrong. */
  public void complain(String line) {
    err.println(red("byssus: ") + line);
  }

  /** A further line after {@link #complain}. */
  public void add(String line) {
    err.println(line);
  }

  public boolean coloured() {
    return colour.getAsBoolean();
  }

  public String bold(String text) {
    return styled("1", text);
  }

  public String red(String text) {
    return styled("31", text);
  }

  public String dim(String text) {
    return styled("2", text);
  }

  private String styled(String style, String text) {
    return coloured() ? "\033[" + style + "m" + text + "\033[0m" : text;
  }
}
