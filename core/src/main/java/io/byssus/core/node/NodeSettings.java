package io.byssus.core.node;

import io.byssus.core.Limits;
import io.byssus.core.channel.Namespaces;
import io.byssus.core.connection.Heartbeat;
import io.byssus.core.engine.EngineSettings;
import io.byssus.core.session.Owner;
import java.time.Duration;

/**
 * What a node is told.
 *
 * @param address where clients reach the node, for people
 * @param version what runs here, for people
 * @param clientTags whether clients may choose their own tags, and so receive what is sent to them
 * @param joinDelay how long a publication may wait for others to share one write; zero: until the
 *     end of the lane's turn
 */
public record NodeSettings(
    Owner owner,
    String address,
    String version,
    Limits limits,
    Namespaces namespaces,
    Heartbeat heartbeat,
    UserPolicy userPolicy,
    boolean clientTags,
    Duration joinDelay,
    EngineSettings engine) {}
