/** Gateways and the devices behind them: frames on one side, sessions on the other. */
@NullMarked
package io.byssus.devices;

import org.jspecify.annotations.NullMarked;
