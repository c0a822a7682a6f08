/**
 * The areas that can be set, each with its group of keys, what must hold between them, and the
 * settings that are made of them.
 */
@NullMarked
package io.byssus.server.settings;

import org.jspecify.annotations.NullMarked;
