/**
 * Raft's rules once more, as a judge of traces: what a member did, line by line ({@code --trace FILE}), is held against them,
 * across all members. Written from the thesis (Ongaro, 2014) and the public TLA+ specification, whose names it uses, and not
 * from the core: nothing here imports anything of ours, nor any library.
 *
 * <p>{@link io.quorumlog.spec.Rule} lists what is checked. {@link io.quorumlog.spec.Specification} takes lines in an order in
 * which a message is sent before it is handled; {@link io.quorumlog.spec.TraceCheck} brings the lines of several files into
 * one. It judges safety: that something should have happened and did not is not seen here.
 */
package io.quorumlog.spec;
