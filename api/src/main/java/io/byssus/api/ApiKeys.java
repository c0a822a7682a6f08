package io.byssus.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that open the API: those that were given at the start, and those of a file that is read
 * anew when it has changed. A file that cannot be read, or has a fault, leaves the keys as they
 * were. From any thread.
 */
public final class ApiKeys implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("io.byssus.api");
  private static final long LOOK_SECONDS = 1;

  private final boolean any;
  private final List<ApiKey> given;
  private final Optional<Path> file;
  private final @Nullable ScheduledExecutorService looking;
  private @Nullable FileTime readAt;
  private @Nullable String fault;
  private volatile List<ApiKey> all = List.of();

  /**
   * @param given as {@link ApiKey} lines; empty: none
   * @throws IOException if there is a file and it cannot be read
   * @throws IllegalArgumentException for what is no key; the message may be shown
   */
  public ApiKeys(String given, Optional<Path> file) throws IOException {
    this.given = ApiKey.parseAll(given);
    this.file = file;
    this.any = !this.given.isEmpty() || file.isPresent();
    if (file.isPresent()) {
      read(file.get());
      looking =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("byssus-api-keys").factory());
      looking.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    } else {
      all = this.given;
      looking = null;
    }
  }

  public static ApiKeys none() {
    try {
      return new ApiKeys("", Optional.empty());
    } catch (IOException e) {
      throw new IllegalStateException("there is no file", e);
    }
  }

  /** Whether a key is asked for at all. */
  boolean any() {
    return any;
  }

  Optional<ApiKey> find(String secret) {
    var hash = ApiKey.hash(secret);
    ApiKey found = null;
    for (var key : all) {
      if (key.is(hash)) {
        found = key;
      }
    }
    return Optional.ofNullable(found);
  }

  private void read(Path from) throws IOException {
    var changed = Files.getLastModifiedTime(from);
    var keys = ApiKey.parseAll(Files.readString(from, StandardCharsets.UTF_8));
    all = Stream.concat(given.stream(), keys.stream()).toList();
    readAt = changed;
  }

  void look() {
    var from = file.orElseThrow();
    try {
      if (!Files.getLastModifiedTime(from).equals(readAt)) {
        read(from);
        fault = null;
        log.atInfo()
            .addKeyValue("event", "api_keys_read")
            .log("{} API keys are in force, {} was read anew", all.size(), from);
      }
    } catch (IOException | IllegalArgumentException e) {
      var now = String.valueOf(e.getMessage());
      if (!now.equals(fault)) { // once for each fault, not each second
        fault = now;
        log.atWarn()
            .addKeyValue("event", "api_keys_kept")
            .log("{} cannot be used, the API keys stay as they were: {}", from, now);
      }
    }
  }

  @Override
  public void close() {
    if (looking != null) {
      looking.shutdownNow();
    }
  }
}
