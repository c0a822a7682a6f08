/**
 * Whole clusters as processes, clients that write down what they hear, faults, and a judge who
 * reads the logs.
 */
package io.byssus.tests.cluster;
