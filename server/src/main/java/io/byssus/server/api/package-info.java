/** What other programs may ask a node. */
@NullMarked
package io.byssus.server.api;

import org.jspecify.annotations.NullMarked;
