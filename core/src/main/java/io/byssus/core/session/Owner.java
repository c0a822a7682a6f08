package io.byssus.core.session;

/** One run of a node: a restarted node is another owner. */
public record Owner(String node, String incarnation) {}
