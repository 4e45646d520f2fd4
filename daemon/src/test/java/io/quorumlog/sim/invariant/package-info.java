/**
 * What must hold after every step of the simulation, one class a rule; its Javadoc names the section of the thesis (Ongaro,
 * 2014) that demands it. {@link io.quorumlog.sim.invariant.Invariants} keeps what is seen of each member from outside (what
 * it wrote, sent, committed and told) and passes each observation on to all rules, which check it against what they saw
 * before: a constant amount of work an observation, so that checking everything costs little.
 *
 * <p>Nothing here asks the product what it thinks: records are taken from its stream and messages from its transport, and
 * what the cluster has committed is held apart in {@link io.quorumlog.sim.invariant.CommittedLog}.
 */
package io.quorumlog.sim.invariant;
