/** Channels: publishing, history, and the fan-out to this node's subscriptions. */
@NullMarked
package io.byssus.core.channel;

import org.jspecify.annotations.NullMarked;
