package io.byssus.client;

/**
 * The server's word that a directed message is in inboxes.
 *
 * @param sessions how many sessions have it, at least 1
 * @param full how many could not take it, their inbox being full
 * @param duplicate whether all that have it had it already, from an earlier try
 */
public record Sent(int sessions, int full, boolean duplicate) {}
