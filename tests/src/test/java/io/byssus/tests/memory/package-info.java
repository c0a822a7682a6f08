/**
 * A node with a small heap, strangers who ask for everything at its largest, and a bystander who
 * must not suffer from it.
 */
@NullMarked
package io.byssus.tests.memory;

import org.jspecify.annotations.NullMarked;
