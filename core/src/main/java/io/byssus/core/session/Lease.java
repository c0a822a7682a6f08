package io.byssus.core.session;

/**
 * The right of one owner to a session. Every claim raises the term; a write with a lower term than
 * the store's is refused.
 */
public record Lease(String session, Owner owner, long term) {}
