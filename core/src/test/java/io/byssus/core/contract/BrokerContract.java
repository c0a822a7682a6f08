package io.byssus.core.contract;

import org.junit.jupiter.api.Nested;

/** What {@link io.byssus.core.channel.Broker} promises. */
public abstract class BrokerContract {
  protected abstract EngineUnderTest start();

  @Nested
  class Publishing extends ChannelPublishing {
    @Override
    protected EngineUnderTest start() {
      return BrokerContract.this.start();
    }
  }

  @Nested
  class Dedupe extends ChannelDedupe {
    @Override
    protected EngineUnderTest start() {
      return BrokerContract.this.start();
    }
  }

  @Nested
  class Listening extends ChannelListening {
    @Override
    protected EngineUnderTest start() {
      return BrokerContract.this.start();
    }
  }

  @Nested
  class History extends ChannelHistory {
    @Override
    protected EngineUnderTest start() {
      return BrokerContract.this.start();
    }
  }

  @Nested
  class Recovery extends ChannelRecovery {
    @Override
    protected EngineUnderTest start() {
      return BrokerContract.this.start();
    }
  }

  @Nested
  class Listing extends ChannelListing {
    @Override
    protected EngineUnderTest start() {
      return BrokerContract.this.start();
    }
  }
}
