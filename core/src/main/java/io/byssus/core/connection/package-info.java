/** One live socket: what is written to it and when it counts as dead. */
@NullMarked
package io.byssus.core.connection;

import org.jspecify.annotations.NullMarked;
