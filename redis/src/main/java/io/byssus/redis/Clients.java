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

/** Makes connections, all with the same credentials and options. Blocks; thread-safe. */
final class Clients implements AutoCloseable {
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  /** The commands, the probe and what is heard of one primary: each with a thread of its own. */
  private static final int IO_THREADS = 3;

  private final RedisAddress address;
  private final Duration timeout;
  private final ClientResources resources;
  private final RedisClient client;

  Clients(RedisSettings settings) {
    this.address = settings.address();
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
    settings
        .authorities()
        .ifPresent(
            pem -> options.sslOptions(SslOptions.builder().trustManager(pem.toFile()).build()));
    client.setOptions(options.build());
  }

  StatefulRedisConnection<String, byte[]> commands(Host host) {
    return client.connect(CODEC, uri(host));
  }

  StatefulRedisPubSubConnection<String, byte[]> ears(Host host) {
    return client.connectPubSub(CODEC, uri(host));
  }

  /** Most Sentinels ask for no password, though Redis itself does. */
  StatefulRedisSentinelConnection<String, String> sentinel(Host host) {
    try {
      return client.connectSentinel(StringCodec.UTF8, uri(host, false));
    } catch (RedisConnectionException e) {
      if (!reason(e).startsWith("NOAUTH")) {
        throw e;
      }
      return client.connectSentinel(StringCodec.UTF8, uri(host, true));
    }
  }

  private RedisURI uri(Host host) {
    return uri(host, true);
  }

  private RedisURI uri(Host host, boolean authenticated) {
    var uri =
        RedisURI.builder()
            .withHost(host.name())
            .withPort(host.port())
            .withSsl(address.tls())
            .withDatabase(address.kind() == RedisAddress.Kind.CLUSTER ? 0 : address.database())
            .withTimeout(timeout);
    if (!authenticated) {
      return uri.build();
    }
    if (!address.user().isEmpty()) {
      uri.withAuthentication(address.user(), address.password());
    } else if (!address.password().isEmpty()) {
      uri.withPassword(address.password().toCharArray());
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
    client.shutdown(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
