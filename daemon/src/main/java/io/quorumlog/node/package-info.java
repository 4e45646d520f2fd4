/**
 * The process: settings, wiring, start and stop. {@link io.quorumlog.node.NodeMain} is where it begins; what it is told
 * (flags, environment) becomes a {@link io.quorumlog.node.NodeConfig}, checked as a whole before anything is opened.
 * {@code Node} joins the pieces of all other packages and knows the order in which they start and stop.
 *
 * <p>Only this package ends the process. Exit status 0: asked to stop; 1: can't start or can't go on; 2: a setting is wrong.
 * Each but the first comes with one line on stderr that a person can act on, never with a stack trace.
 */
package io.quorumlog.node;
