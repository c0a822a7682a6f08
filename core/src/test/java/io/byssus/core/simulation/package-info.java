/**
 * A node, its engine and its clients in one thread, from one seed: random cuts, resumes, publishes
 * and engine trouble, with what was promised checked after each step.
 */
@org.jspecify.annotations.NullMarked
package io.byssus.core.simulation;
