/**
 * The memory engine: every port in this process, and the specification that other engines follow.
 */
@NullMarked
package io.byssus.core.memory;

import org.jspecify.annotations.NullMarked;
