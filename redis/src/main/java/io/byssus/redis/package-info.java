/** The Redis engine: every port of core on Redis, and the only home of Lettuce. */
@NullMarked
package io.byssus.redis;

import org.jspecify.annotations.NullMarked;
