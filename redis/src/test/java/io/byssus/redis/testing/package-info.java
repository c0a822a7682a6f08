/**
 * Real Redis servers, Sentinels and Clusters as processes of the tests; used by other modules too.
 */
package io.byssus.redis.testing;
