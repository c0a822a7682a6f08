/**
 * What every engine promises, as tests: one abstract contract for each port, to be extended once
 * for each engine and deployment.
 *
 * <p>They assume nothing but the prose of the ports: stages complete when they like, other tests
 * may use the same engine, and time passes through {@link
 * io.byssus.core.contract.EngineUnderTest#advance}.
 */
package io.byssus.core.contract;
