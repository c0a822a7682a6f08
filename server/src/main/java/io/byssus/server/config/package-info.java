/**
 * What an operator can set: one typed tree, read from a file, the environment and flags, with every
 * problem told at once.
 */
@NullMarked
package io.byssus.server.config;

import org.jspecify.annotations.NullMarked;
