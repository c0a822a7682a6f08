/** Gateways and the devices behind them: frames on one side, sessions on the other. */
@NullMarked
package io.byssus.server.device;

import org.jspecify.annotations.NullMarked;
