package io.byssus.core.connection;

/**
 * Who is at the other end, as far as the network tells.
 *
 * @param address the IP address, behind trusted proxies the one that they report
 * @param local whether both the address and the page that opened the socket (if any) are of this
 *     machine
 */
public record Peer(String address, boolean local) {}
