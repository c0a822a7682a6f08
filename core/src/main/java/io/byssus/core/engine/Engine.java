package io.byssus.core.engine;

import io.byssus.core.channel.Broker;
import io.byssus.core.delivery.InboxStore;
import io.byssus.core.delivery.SessionDirectory;
import io.byssus.core.presence.PresenceStore;
import io.byssus.core.session.SessionStore;

/** Where state lives: the ports of one engine. */
public record Engine(
    SessionStore sessions,
    Broker broker,
    InboxStore inboxes,
    SessionDirectory directory,
    PresenceStore presence,
    ClusterBus bus) {}
