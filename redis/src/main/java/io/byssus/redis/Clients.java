package io.byssus.redis;

import io.byssus.redis.RedisAddress.Host;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Makes connections, all with the same credentials and options. Blocks; thread-safe. */
final class Clients implements AutoCloseable {
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  /** The commands, the probe and what is heard of one primary: each with a thread of its own. */
  private static final int IO_THREADS = 3;

  private static final String LOGIN = "redis.password, and the user in engine";
  private static final String SENTINEL_LOGIN = "redis.sentinel-user and redis.sentinel-password";
  private static final String TLS = "engine, whose address begins with rediss for TLS";
  private static final String SENTINEL_TLS = "redis.sentinel-tls";

  private final RedisAddress address;
  private final RedisAccess access;
  private final Duration timeout;
  private final ClientResources resources;
  private final RedisClient client;
  private final Relogin relogin;

  Clients(RedisSettings settings) {
    this.address = settings.address();
    this.access = settings.access();
    this.timeout = settings.timeout();
    this.resources = DefaultClientResources.builder().ioThreadPoolSize(IO_THREADS).build();
    this.client = RedisClient.create(resources);
    var options =
        ClientOptions.builder()
            // A connection that was lost is replaced by us: the primary may be another by then, and
            // what was under way must not be sent twice.
            .autoReconnect(false)
            // The probe of each connection is the one clock: commands are answered in their order.
            .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .socketOptions(
                SocketOptions.builder().connectTimeout(timeout).tcpNoDelay(true).build());
    client.setOptions(options.sslOptions(authorities().build()).build());
    relogin = new Relogin(access.redis());
  }

  /** Their file is read anew for each connection, by the library. */
  private SslOptions.Builder authorities() {
    var options = SslOptions.builder();
    access.authorities().ifPresent(pem -> options.trustManager(pem.toFile()));
    return options;
  }

  /** Read by ourselves before each connection: the library does not know every kind of key. */
  private void show(RedisCertificate own) {
    try {
      var tls = authorities().keyManager(own.managers()).build();
      client.setOptions(client.getOptions().mutate().sslOptions(tls).build());
    } catch (IllegalArgumentException e) {
      var failure = new RedisConnectionException(String.valueOf(e.getMessage()));
      failure.addSuppressed(e); // as a cause its own cause would speak
      throw failure;
    }
  }

  /**
   * @throws DeniedException when the server is there, and does not let this node in
   */
  StatefulRedisConnection<String, byte[]> commands(Host host) {
    return relogin.kept(host, entered(() -> client.connect(CODEC, uri(host))));
  }

  /**
   * @throws DeniedException as {@link #commands}
   */
  StatefulRedisPubSubConnection<String, byte[]> pubSub(Host host) {
    return relogin.kept(host, entered(() -> client.connectPubSub(CODEC, uri(host))));
  }

  private static <C> C entered(Supplier<C> connect) {
    return entered(connect, LOGIN, TLS);
  }

  private static <C> C entered(Supplier<C> connect, String login, String tls) {
    try {
      return connect.get();
    } catch (RedisConnectionException e) {
      var denied = DeniedException.of(e, login, tls);
      throw denied.isPresent() ? denied.get() : e;
    }
  }

  /**
   * Most Sentinels ask for no password, though Redis itself does.
   *
   * @throws DeniedException as {@link #commands}
   */
  StatefulRedisSentinelConnection<String, String> sentinel(Host host) {
    return entered(
        () -> sentinel(host, access.sentinels().orElse(RedisLogin.NOBODY)),
        SENTINEL_LOGIN,
        SENTINEL_TLS);
  }

  private StatefulRedisSentinelConnection<String, String> sentinel(Host host, RedisLogin login) {
    try {
      return client.connectSentinel(StringCodec.UTF8, uri(host, access.sentinelTls(), login));
    } catch (RedisConnectionException e) {
      if (access.sentinels().isPresent() || !reason(e).startsWith("NOAUTH")) {
        throw e;
      }
      return client.connectSentinel(
          StringCodec.UTF8, uri(host, access.sentinelTls(), access.redis()));
    }
  }

  private RedisURI uri(Host host) {
    return uri(host, address.tls(), access.redis());
  }

  private RedisURI uri(Host host, boolean tls, RedisLogin login) {
    if (tls) {
      access.certificate().ifPresent(this::show);
    }
    var uri =
        RedisURI.builder()
            .withHost(host.name())
            .withPort(host.port())
            .withSsl(tls)
            .withDatabase(address.kind() == RedisAddress.Kind.CLUSTER ? 0 : address.database())
            .withTimeout(timeout);
    var password = login.password().now();
    if (!login.user().isEmpty()) {
      uri.withAuthentication(login.user(), password);
    } else if (!password.isEmpty()) {
      uri.withPassword(password.toCharArray());
    }
    return uri.build();
  }

  /** Why a connection failed, in the words of whoever knows best. */
  static String reason(Throwable failure) {
    var cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    var message = cause.getMessage();
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : message.replaceFirst("^finishConnect\\(..\\) failed with error\\(-\\d+\\): ", "");
  }

  @Override
  public void close() {
    relogin.close();
    client.shutdown(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
