/**
 * What a client asked and what it still gets, from parsed requests to bytes of replies; free of I/O, clocks and threads.
 *
 * <p>A {@link io.quorumlog.session.ClientSession} takes a connection's bytes and answers on a
 * {@link io.quorumlog.session.ReplyOutput}; {@link io.quorumlog.session.Sessions} calls those that wait when something
 * they may wait for has changed. Replies are always in request order: APPEND, APPENDIF and LAST take a slot in a ring
 * ({@code PendingReplies}) and are answered when their fate is known, every other command is run only when the ring is
 * empty, by leaving it unconsumed until then. So there is one place where an answer can wait, and none where answers
 * could overtake one another.
 *
 * <p>All that a command can ask of the node is {@link io.quorumlog.session.ReplicatedLog}. A session never remembers who
 * leads: it asks when it must answer, and derives the fate of an entry from commit index and term alone.
 */
package io.quorumlog.session;
