/**
 * The way from a TCP connection to the node and back: HTTP, the opening handshake, WebSocket
 * frames, and the event loops that they run on. Everything of one connection happens on its loop.
 */
@NullMarked
package io.byssus.transport;

import org.jspecify.annotations.NullMarked;
