package io.byssus.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;

/** Tells that a connection is gone. */
record Loss(Runnable lost) implements RedisConnectionStateListener {
  @Override
  public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
    lost.run();
  }
}
