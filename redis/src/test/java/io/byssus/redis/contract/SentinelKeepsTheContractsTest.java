package io.byssus.redis.contract;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.protocol.Durability;
import io.byssus.redis.testing.RedisDeployment;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A primary, two replicas and three Sentinels. */
@ResourceLock("sentinel")
class SentinelKeepsTheContractsTest extends KeepsTheContracts {
  private static final RedisDeployment REDIS = RedisDeployment.sentinel();

  @Override
  EngineUnderTest redis() {
    return RedisUnderTest.on(REDIS.address(), Durability.REPLICATED);
  }
}
