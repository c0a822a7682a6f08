/** Lanes: the single threads that own all mutable state, and their clocks. */
@NullMarked
package io.byssus.core.lane;

import org.jspecify.annotations.NullMarked;
