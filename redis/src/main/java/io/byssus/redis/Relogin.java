package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says the password again on the connections that are open, when it changes in its file: where it
 * holds for a time only they go on, and an operator learns at once whether Redis takes it, rather
 * than at the next failover. Redis lets a connection go on whose new password it refuses.
 * Thread-safe.
 */
final class Relogin implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Relogin.class);
  private static final long LOOK_MS = 1_000;

  private final RedisLogin login;
  private final Map<StatefulRedisConnection<String, byte[]>, Host> open = new ConcurrentHashMap<>();
  private final @Nullable Thread watch;

  Relogin(RedisLogin login) {
    this.login = login;
    this.watch =
        login
            .password()
            .file()
            .map(file -> Thread.ofVirtual().name("byssus-redis-password").start(() -> watch(file)))
            .orElse(null);
  }

  /** To be told of a new password as long as it is open. */
  <C extends StatefulRedisConnection<String, byte[]>> C kept(Host host, C connection) {
    if (watch != null) {
      open.keySet().removeIf(each -> !each.isOpen());
      open.put(connection, host);
    }
    return connection;
  }

  private void watch(Path file) {
    var said = login.password().now();
    try {
      while (true) {
        Thread.sleep(LOOK_MS);
        var now = login.password().now();
        if (!now.equals(said)) {
          said = now;
          LOG.atInfo()
              .addKeyValue("event", "redis_password_changed")
              .log("the password in {} has changed", file);
          var refusing = ConcurrentHashMap.<Host>newKeySet();
          open.forEach((connection, host) ->
              say(connection, now)
                  .whenComplete((_, failure) -> {
                    if (failure != null) {
                      notTaken(host, file, failure, refusing);
                    }
                  }));
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("closed; the password is looked at no more", e);
    }
  }

  private CompletionStage<String> say(
      StatefulRedisConnection<String, byte[]> connection, String password) {
    try {
      var said =
          login.user().isEmpty()
              ? connection.async().auth(password)
              : connection.async().auth(login.user(), password);
      connection.flushCommands(); // some are flushed in batches only
      return said;
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e); // and the others are told
    }
  }

  /**
   * @param refusing those of which it was told: each has several connections
   */
  private static void notTaken(Host host, Path file, Throwable failure, Set<Host> refusing) {
    if (failure instanceof RedisCommandExecutionException) {
      if (refusing.add(host)) {
        LOG.atWarn()
            .addKeyValue("event", "redis_password_refused")
            .log(
                "Redis at {} does not take the new password in {} ({}): its connections go on, and"
                    + " new ones will fail until it does",
                host,
                file,
                Clients.reason(failure));
      }
    } else {
      // It has ended, or is subscribed over RESP 2, where nothing else can be said. When Redis ends
      // it another takes its place.
      LOG.debug("the new password was not said on a connection to {}", host, failure);
    }
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.interrupt();
    }
  }
}
