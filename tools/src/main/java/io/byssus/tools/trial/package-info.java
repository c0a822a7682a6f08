/** A whole cluster on one machine, to try it out. */
@NullMarked
package io.byssus.tools.trial;

import org.jspecify.annotations.NullMarked;
