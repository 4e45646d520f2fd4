/**
 * Raft's decisions, and nothing else: a deterministic state machine without I/O, clock, threads, randomness or logging of
 * its own. What it does depends on its state and the input alone, so that a simulation can drive it through anything.
 *
 * <pre>
 *              election timeout, or the                    a majority would           the vote is durable
 *              leader's connection broke                   vote for us                and a majority's
 *  Follower ──────────────────────────────▶ PreCandidate ───────────────▶ Candidate ───────────────────▶ Leader
 *     ▲  └──────────── TimeoutNow ────────────▶                              │                              │
 *     └──── a leader's message, a higher term, a vote given ◀────────────────┴── no majority heard ◀────────┘
 * </pre>
 *
 * <p>Inputs are methods of {@link io.quorumlog.raft.Raft}; effects go to {@link io.quorumlog.raft.RaftEffects} and
 * {@link io.quorumlog.raft.RaftLog}. Where each rule of the thesis (Ongaro, 2014) lives:
 *
 * <table>
 * <caption>Rules and their places</caption>
 * <tr><td>3.3 terms</td><td>{@code Raft.onMessage}, the prologue</td></tr>
 * <tr><td>3.4 leader election, one vote a term</td><td>{@code Raft.onVoteRequest}, {@code Candidate}</td></tr>
 * <tr><td>3.5 log replication, consistency check</td><td>{@code Follower.onAppendEntries}, {@code Leader.sendPending}</td></tr>
 * <tr><td>3.6.1 election restriction</td><td>{@code Raft.isUpToDate}</td></tr>
 * <tr><td>3.6.2 committing entries of earlier terms</td><td>{@code Leader.advanceCommitIndex}</td></tr>
 * <tr><td>3.8 persisted state and restarts</td><td>{@code Raft.persistHardState}, {@code Outbox.send}, {@code WriteTracker}</td></tr>
 * <tr><td>3.10 leadership transfer</td><td>{@code LeadershipTransfer}, {@code Follower.onTimeoutNow}, {@code PreCandidate}</td></tr>
 * <tr><td>6.2 check-quorum, 4.2.3 leader stickiness</td><td>{@code Leader.hearsMajority}, {@code Raft.hearsLeader}</td></tr>
 * <tr><td>6.4 ReadIndex, no-op of a new leader</td><td>{@code Leader.requestRead}, {@code Leader.begin}</td></tr>
 * <tr><td>9.6 pre-vote</td><td>{@code PreCandidate}, {@code Raft.onPreVoteRequest}</td></tr>
 * <tr><td>beyond the thesis: a member that lost its disk</td><td>{@code BlankFollower}, {@code VoteInquiries},
 * {@code Raft.mayFound}</td></tr>
 * <tr><td>10.2.1 writing to the leader's disk in parallel</td><td>{@code Leader.advanceCommitIndex}, {@code WriteTracker}</td></tr>
 * </table>
 *
 * <p>Read {@code Raft.onMessage} first, then {@code Follower}, then {@code Leader.advanceCommitIndex}.
 */
package io.quorumlog.raft;
