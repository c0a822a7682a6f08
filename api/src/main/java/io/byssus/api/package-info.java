/** The HTTP API for backends and operators, on a listener of its own. */
@NullMarked
package io.byssus.api;

import org.jspecify.annotations.NullMarked;
