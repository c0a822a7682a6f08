/** Who a client is. */
@NullMarked
package io.byssus.server.auth;

import org.jspecify.annotations.NullMarked;
