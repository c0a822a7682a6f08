/**
 * The domain of Byssus: sessions, channels, directed messages, and the memory engine. No I/O, no
 * clock, no randomness of its own.
 */
@NullMarked
package io.byssus.core;

import org.jspecify.annotations.NullMarked;
