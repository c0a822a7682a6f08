/** The program that serves. */
@NullMarked
package io.byssus.server;

import org.jspecify.annotations.NullMarked;
