/** The durable identity that a client holds, and the port that keeps it. */
@NullMarked
package io.byssus.core.session;

import org.jspecify.annotations.NullMarked;
