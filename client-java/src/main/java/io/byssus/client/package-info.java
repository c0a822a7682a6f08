/**
 * The Java client of Byssus: {@link io.byssus.client.Byssus} opens a {@link
 * io.byssus.client.Client}, whose session outlives connections, nodes and restarts of either side.
 */
@NullMarked
package io.byssus.client;

import org.jspecify.annotations.NullMarked;
