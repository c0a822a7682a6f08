/** What is counted, for /metrics. */
@NullMarked
package io.byssus.server.metrics;

import org.jspecify.annotations.NullMarked;
