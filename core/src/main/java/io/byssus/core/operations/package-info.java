/**
 * What can be asked of a node, by whom: the one way in for clients' commands, the HTTP API, the
 * command line and host programs.
 */
@NullMarked
package io.byssus.core.operations;

import org.jspecify.annotations.NullMarked;
