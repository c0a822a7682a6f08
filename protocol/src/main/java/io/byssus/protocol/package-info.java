/**
 * The messages of the native protocol as values, and their JSON codec. {@code spec/protocol.md} is
 * the specification; this package knows no transport and no server, so that clients use it as it
 * is.
 */
@NullMarked
package io.byssus.protocol;

import org.jspecify.annotations.NullMarked;
