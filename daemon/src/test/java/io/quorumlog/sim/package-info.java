/**
 * The deterministic simulation: three or five members, each the production {@link io.quorumlog.replica.Replica} on a
 * {@link io.quorumlog.log.MemoryRecordStream}, with a network, disks, clocks and clients that misbehave as a
 * {@link io.quorumlog.sim.FaultPlan} says, all drawn from one {@code long} seed.
 *
 * <p>Read {@link io.quorumlog.sim.Simulation} first: one queue of events, a safety phase under faults, then a liveness
 * phase in which everything is healed. {@link io.quorumlog.sim.Fault} lists what goes wrong, {@link
 * io.quorumlog.sim.Outcome} what must come of it somewhere for the faults to mean anything. What must hold is in {@link
 * io.quorumlog.sim.invariant}. There is no thread, wall clock or hash order anywhere, so that a seed that failed fails again
 * in the same step, and prints the command for it; {@link io.quorumlog.sim.Simulate} runs many seeds, and {@link
 * io.quorumlog.sim.Shrinking} makes a failure small.
 *
 * <p>To add a fault: name it, ask {@link io.quorumlog.sim.Simulation#happens} where it is about to happen, and plant the
 * {@link io.quorumlog.sim.Defect} that it is to find. Mistakes that no seam lets in are {@link
 * io.quorumlog.sim.SourceDefect}s.
 */
package io.quorumlog.sim;
