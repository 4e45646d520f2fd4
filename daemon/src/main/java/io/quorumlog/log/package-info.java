/**
 * The log: what stands in the stream of records, and where. {@link io.quorumlog.log.ReplicaLog} writes entries and hard
 * states to one {@link io.quorumlog.log.RecordStream}, in the order in which they happen, and reads entries back;
 * nothing written is ever changed, an entry supersedes by being appended. {@link io.quorumlog.log.EntryIndex} finds an
 * entry's place with memory that does not grow with the log. {@link io.quorumlog.log.Recovery} reads the newest files at a
 * start, or all, tells what a crash leaves from what only damage can leave, and hands over the state that the records add
 * up to.
 *
 * <p>The package is free of I/O, threads and clocks: the files are behind {@link io.quorumlog.log.RecordStream} and
 * {@link io.quorumlog.log.StoredFiles}, which the simulation implements in memory.
 */
package io.quorumlog.log;
