/** What an operator reads at night: few lines, one event each, on change of state only. */
@NullMarked
package io.byssus.server.log;

import org.jspecify.annotations.NullMarked;
