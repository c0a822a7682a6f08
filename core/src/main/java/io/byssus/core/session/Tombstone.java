package io.byssus.core.session;

/**
 * That no lease of {@code session} may be restored whose term is {@code term} or lower: it was
 * ended, or a later lease was given.
 */
public record Tombstone(String session, long term) {}
