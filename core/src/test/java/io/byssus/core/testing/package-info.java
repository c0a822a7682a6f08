/**
 * What a test needs to run a node in one thread: lanes that step, sockets that remember, clients
 * that check what they are told.
 */
@org.jspecify.annotations.NullMarked
package io.byssus.core.testing;
