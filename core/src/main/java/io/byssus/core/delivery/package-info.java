/** Directed messages: to a session, a user or a tag, through inboxes. */
@NullMarked
package io.byssus.core.delivery;

import org.jspecify.annotations.NullMarked;
