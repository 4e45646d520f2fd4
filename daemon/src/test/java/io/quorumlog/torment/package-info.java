/**
 * Real clusters under many faults at once. {@code TormentPlan} draws from a seed what is done, {@code FaultInjector} does
 * it, clients ask and write down what they were told ({@code History}), and when all has healed, {@code Checker} holds
 * every node's log against all of that: each rule is a class of its own, a pure function of the evidence, and has tests
 * with histories made by hand that break it. {@code TormentIT} is a short run; {@code scripts/torment} a long one.
 */
package io.quorumlog.torment;
