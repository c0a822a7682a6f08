package io.byssus.redis.contract;

import io.byssus.core.contract.EngineUnderTest;
import io.byssus.protocol.Durability;
import io.byssus.redis.testing.RedisDeployment;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Three primaries, each with a replica. */
@ResourceLock("cluster")
class ClusterKeepsTheContractsTest extends KeepsTheContracts {
  private static final RedisDeployment REDIS = RedisDeployment.cluster(1);

  @Override
  EngineUnderTest redis() {
    return RedisUnderTest.on(REDIS.address(), Durability.REPLICATED);
  }
}
