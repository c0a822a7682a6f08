/** A gateway with devices that are not there, to try a server out: {@code ./byssus device}. */
@NullMarked
package io.byssus.tools.simulator;

import org.jspecify.annotations.NullMarked;
