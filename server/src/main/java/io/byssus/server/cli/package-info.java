/** The command line. */
@NullMarked
package io.byssus.server.cli;

import org.jspecify.annotations.NullMarked;
