package io.byssus.redis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A password, which is never printed. Where it stands in a file it may be changed there while the
 * node runs: so it is read anew before each connection. Thread-safe.
 */
public final class RedisPassword {
  public static final RedisPassword NONE = of("");

  private static final Logger LOG = LoggerFactory.getLogger(RedisPassword.class);

  private final Optional<Path> file;
  private final Source source;
  private volatile String known;
  private volatile boolean unreadable;

  /** How the file is read, without the end of its line. */
  public interface Source {
    /**
     * @throws IllegalArgumentException it holds no password
     */
    String read() throws IOException;
  }

  private RedisPassword(Optional<Path> file, Source source, String known) {
    this.file = file;
    this.source = source;
    this.known = known;
  }

  public static RedisPassword of(String text) {
    return new RedisPassword(Optional.empty(), () -> text, text);
  }

  /**
   * @param known what stood in the file when the node started
   */
  public static RedisPassword inFile(Path file, Source source, String known) {
    return new RedisPassword(Optional.of(file), source, known);
  }

  /** Where it stands, if it may change. */
  Optional<Path> file() {
    return file;
  }

  /**
   * As it is now. A file that is gone, or empty, is about to be written: until then it is what it
   * was. Blocks.
   */
  public String now() {
    file.ifPresent(this::read);
    return known;
  }

  private void read(Path from) {
    try {
      var text = source.read();
      if (text.isEmpty()) {
        keepKnown(from, "it is empty");
      } else {
        unreadable = false;
        known = text;
      }
    } catch (IOException | IllegalArgumentException e) {
      keepKnown(from, e.getClass().getSimpleName());
    }
  }

  private void keepKnown(Path from, String why) {
    if (!unreadable) {
      unreadable = true;
      LOG.atWarn()
          .addKeyValue("event", "redis_password_unreadable")
          .log(
              "the password in {} cannot be read ({}): the one that was there before is kept."
                  + " Write the file, readable for the user of this process",
              from,
              why);
    }
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
