package io.byssus.server.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keys in a file, which may be changed. While it cannot be read, or holds nothing usable, the keys
 * of before stay good.
 */
final class KeyFile implements KeySource {
  /** Reads the keys; messages of its IllegalArgumentExceptions are for the operator. */
  @FunctionalInterface
  interface Reader {
    List<TrustedKey> read() throws IOException;
  }

  private final String path;
  private final Path file;
  private final Reader reader;
  private final TokenObserver observer;
  private byte[] seen = {};
  private boolean began;
  private volatile KeySet keys;
  private volatile Optional<String> trouble = Optional.empty();

  /**
   * @param keys those that were read already; none: they are read at once
   */
  KeyFile(String path, Path file, KeySet keys, Reader reader, TokenObserver observer) {
    this.path = path;
    this.file = file;
    this.keys = keys;
    this.reader = reader;
    this.observer = observer;
    look();
    synchronized (this) {
      began = true;
    }
  }

  @Override
  public synchronized void look() {
    try {
      var now = Files.readAllBytes(file);
      if (!Arrays.equals(now, seen)) {
        seen = now;
        changed(new KeySet(reader.read()));
      }
    } catch (IOException e) {
      failed("the file %s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()));
    } catch (IllegalArgumentException e) {
      failed("the file %s: %s".formatted(file, e.getMessage()));
    }
  }

  private void changed(KeySet read) {
    var before = keys;
    var after = read.after(before);
    keys = after;
    var recovered = trouble.isPresent();
    trouble = Optional.empty();
    if (began && (recovered || !after.equals(before))) {
      observer.keysChanged(path, after.keys().size());
    }
  }

  private void failed(String why) {
    if (!trouble.equals(Optional.of(why))) {
      trouble = Optional.of(why);
      observer.keysFailed(path, why);
    }
  }

  @Override
  public KeySet keys() {
    return keys;
  }

  @Override
  public Optional<CompletionStage<Void>> ask() {
    return Optional.empty();
  }

  @Override
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public String path() {
    return path;
  }
}
