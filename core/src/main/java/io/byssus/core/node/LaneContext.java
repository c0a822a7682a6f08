package io.byssus.core.node;

import io.byssus.core.lane.Lane;

/** What the sessions and connections of one lane share. Confined to it, as its parts are. */
record LaneContext(Lane lane, ConnectGate gate, Debts debts, Outages outages, Healing healing) {}
