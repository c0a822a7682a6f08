/** What an engine is made of: its ports together, its settings, and the bus between nodes. */
@NullMarked
package io.byssus.core.engine;

import org.jspecify.annotations.NullMarked;
