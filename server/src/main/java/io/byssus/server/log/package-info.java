/** What an operator reads at night. */
@NullMarked
package io.byssus.server.log;

import org.jspecify.annotations.NullMarked;
