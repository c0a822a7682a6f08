package io.byssus.protocol;

/** Who published or sent something; {@code user} is empty for an anonymous session. */
public record Sender(String user, String session) {}
