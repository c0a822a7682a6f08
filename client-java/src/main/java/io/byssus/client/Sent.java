package io.byssus.client;

/**
 * The server's word that a directed message is in inboxes.
 *
 * @param sessions how many sessions took it, at least 1
 * @param full how many could not, their inbox being full
 */
public record Sent(int sessions, int full) {}
