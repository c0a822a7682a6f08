/**
 * What a delivered message costs the server, beside what it costs {@link
 * io.byssus.tests.bench.MinimalNetty}. {@link io.byssus.tests.bench.Bench} is the program; it is no
 * part of the test suite.
 */
package io.byssus.tests.bench;
