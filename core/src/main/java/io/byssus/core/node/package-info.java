/** One node put together: the engine's ports, the dispatch of commands, the life of connections. */
@NullMarked
package io.byssus.core.node;

import org.jspecify.annotations.NullMarked;
