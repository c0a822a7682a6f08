/** What helps to try Byssus out: a cluster on one machine, simulated devices. Serves nobody. */
@NullMarked
package io.byssus.tools;

import org.jspecify.annotations.NullMarked;
