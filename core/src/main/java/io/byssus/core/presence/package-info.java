/** Who is in a channel. */
@NullMarked
package io.byssus.core.presence;

import org.jspecify.annotations.NullMarked;
