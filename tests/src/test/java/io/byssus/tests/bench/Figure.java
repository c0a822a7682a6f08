package io.byssus.tests.bench;

/**
 * One number of a scenario.
 *
 * @param bar what it is held against; empty if there is none
 */
record Figure(String what, String measured, String bar) {
  Figure(String what, String measured) {
    this(what, measured, "");
  }
}
