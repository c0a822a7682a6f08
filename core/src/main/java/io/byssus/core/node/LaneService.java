package io.byssus.core.node;

/** What one lane's connections are looked after and served by. */
record LaneService(LaneWatchdog watchdog, ClientConnection.Context connections) {}
