package io.byssus.server.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Something that is never printed: only {@link #reveal} gives it away. */
public final class Secret {
  private final byte[] bytes;
  private final Optional<Path> file;

  Secret(byte[] bytes) {
    this(bytes, Optional.empty());
  }

  private Secret(byte[] bytes, Optional<Path> file) {
    this.bytes = bytes.clone();
    this.file = file;
  }

  /** The same, read in this file, where somebody may change it. */
  Secret of(Path source) {
    return new Secret(bytes, Optional.of(source));
  }

  static Secret of(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Where it was read, if somebody may change it there. */
  public Optional<Path> file() {
    return file;
  }

  public byte[] reveal() {
    return bytes.clone();
  }

  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  public int bits() {
    return bytes.length * 8;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && Arrays.equals(bytes, secret.bytes);
  }

  @Override
  public int hashCode() {
    return Secret.class.hashCode();
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
