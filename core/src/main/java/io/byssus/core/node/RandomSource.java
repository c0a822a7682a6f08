package io.byssus.core.node;

import java.time.Duration;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** What a node draws by lot. As thread-safe as its generator. */
record RandomSource(RandomGenerator generator) {
  private static final int ID_BYTES = 16;

  /** 128 random bits as 22 characters: a session id or a resume token. */
  String id() {
    var bytes = new byte[ID_BYTES];
    generator.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Uniform between nothing and {@code most}. */
  Duration upTo(Duration most) {
    return Duration.ofNanos(generator.nextLong(most.toNanos() + 1));
  }
}
