/**
 * The binary frame of embedded devices, as {@code spec/device-frame.md} has it: bytes to frames and
 * back, and the JSON in which the other clients of a server see them.
 */
@NullMarked
package io.byssus.protocol.device;

import org.jspecify.annotations.NullMarked;
