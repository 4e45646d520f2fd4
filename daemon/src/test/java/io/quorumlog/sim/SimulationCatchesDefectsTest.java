package io.quorumlog.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.fail;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.MessageKind;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.resp.Reply;
import io.quorumlog.log.MemoryRecordStream;
import io.quorumlog.sim.invariant.BrokenInvariant;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The simulation is tested by mistakes: each of these, put in at a seam between the product and its world, must be found
 * within so many seeds, and by a rule that it breaks or a check of the product's own. The numbers of {@code raft-bugs} rows
 * stand with those that are in that list.
 */
class SimulationCatchesDefectsTest {
    private static final int GRANTED = 2;
    private static final int PRE_VOTE = 1;
    private static final int TRANSFER = 2;
    private static final int INQUIRY = 8;
    private static final int BLANK_REPLY = 2;
    private static final int ENDS_BLANKNESS = 1;
    /** The product stopped the member itself. */
    private static final String OWN_CHECK = "its own check";

    /** Rows 1 and 2: promises leave before they are on stable storage. */
    @Test
    void flusherThatReportsTooEarlyIsCaught() {
        assertCaught(10, Set.of("PromisesAreDurable"), new Defect() {
            @Override
            long reportedSeq(final long durableSeq, final long lastSeq) {
                return lastSeq;
            }
        });
    }

    /** Row 19: a flush that failed is ignored, or repeated with success, for its pages are marked clean. */
    @Test
    void flushThatFailedUnheardIsCaught() {
        assertCaught(100, Set.of("PromisesAreDurable", "CommitNeedsMajority"), new Defect() {
            @Override
            boolean ignoresFailedFlush() {
                return true;
            }
        });
    }

    /** Row 19: a flush that was none. */
    @Test
    void diskThatLosesWhatItFlushedIsCaught() {
        assertCaught(10, Set.of("FlushedIsKept", "MonotoneState", OWN_CHECK), new Defect() {
            @Override
            long keptSeq(final long durableSeq) {
                return durableSeq - 3;
            }
        });
    }

    /** Row 1: a member that votes twice in a term. */
    @Test
    void recoveryThatForgetsTheVoteIsCaught() {
        assertCaught(20, Set.of("MonotoneState"), new Defect() {
            @Override
            void onRestart(final MemoryRecordStream stream) {
                StoredRecords.forgetVotes(stream);
            }
        });
    }

    /** Row 3: the log is cut at every message with entries, not only at a conflict. */
    @Test
    void logThatIsTruncatedOnEveryAppendIsCaught() {
        assertCaught(20, Set.of("StateMachineSafety", "PromisesAreDurable", OWN_CHECK), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                final int at = AppendEntries.LENGTH;
                if (kind(frame) == MessageKind.APPEND_ENTRIES && length > at) {
                    final LogRecord first = new LogRecord().wrap(frame, at, LogRecord.lengthAt(frame, at, length - at));
                    if (first.index() <= receiver.log().lastIndex() && first.term() <= receiver.term()) {
                        receiver.log().appendReplicated(first);
                    }
                }
            }
        });
    }

    /** Row 5: the election restriction compares the index before the term. */
    @Test
    void voterThatComparesIndexBeforeTermIsCaught() {
        assertCaught(500, Set.of("LeaderCompleteness", OWN_CHECK), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.VOTE_REQUEST
                        && frame.getLong(VoteRequest.LAST_INDEX_OFFSET, LITTLE_ENDIAN)
                                >= receiver.log().lastIndex()) {
                    frame.putLong(VoteRequest.LAST_TERM_OFFSET, receiver.log().lastTerm(), LITTLE_ENDIAN);
                }
            }
        });
    }

    /** Row 9: replies are counted, not votes. */
    @Test
    void candidateThatCountsRefusalsIsCaught() {
        assertCaught(100, Set.of("ElectionSafety", "LeaderCompleteness", OWN_CHECK), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.VOTE_REPLY) {
                    final short flags = frame.getShort(VoteReply.FLAGS_OFFSET, LITTLE_ENDIAN);
                    frame.putShort(VoteReply.FLAGS_OFFSET, (short) (flags | GRANTED), LITTLE_ENDIAN);
                }
            }
        });
    }

    /** Row 6: a leader counts entries that the follower never acknowledged. */
    @Test
    void leaderThatCountsUnacknowledgedEntriesIsCaught() {
        assertCaught(100, Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.APPEND_REPLY && isOfTerm(receiver, frame)) {
                    frame.putLong(AppendReply.MATCH_INDEX_OFFSET, receiver.log().lastIndex(), LITTLE_ENDIAN);
                }
            }
        });
    }

    /** Row 8: a follower commits what it holds, not what the leader has committed. */
    @Test
    void followerThatCommitsWhateverItHoldsIsCaught() {
        assertCaught(100, Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.APPEND_ENTRIES) {
                    frame.putLong(AppendEntries.LEADER_COMMIT_OFFSET, Long.MAX_VALUE, LITTLE_ENDIAN);
                }
            }
        });
    }

    /** Row 14: a leader answers reads by believing that it leads. */
    @Test
    void leaderThatReadsWithoutConfirmationIsCaught() {
        assertCaught(3000, Set.of("LastIsLinearizable", "ToldTruth"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.APPEND_REPLY) {
                    frame.putLong(AppendReply.ROUND_OFFSET, Long.MAX_VALUE / 2, LITTLE_ENDIAN);
                }
            }
        });
    }

    /** Row 17: a client repeats an append by itself after its connection broke. */
    @Test
    void clientThatRepeatsAnAppendIsCaught() {
        assertCaught(50, Set.of("ToldTruth", "LastIsLinearizable"), new Defect() {
            @Override
            boolean repeatsUncertainAppends() {
                return true;
            }
        });
    }

    /** A READ ends before the entries that its own client has appended, as if it did not wait for what is in front of it. */
    @Test
    void readThatDoesNotShowTheOwnAppendIsCaught() {
        assertCaught(20, Set.of("ReadsSeeWhatWasTold"), new Defect() {
            @Override
            Reply understood(final Reply reply) {
                return reply instanceof Reply.Array array
                                && isOfEntries(array)
                                && array.values().size() > 1
                        ? new Reply.Array(
                                array.values().subList(0, array.values().size() - 1))
                        : reply;
            }

            private boolean isOfEntries(final Reply.Array array) {
                return !array.values().isEmpty() && array.values().get(0) instanceof Reply.Array;
            }
        });
    }

    /** Row 16: 'failed' is said of an append that may still be committed. */
    @Test
    void uncertaintyThatIsToldAsFailureIsCaught() {
        assertCaught(500, Set.of("ToldTruth"), new Defect() {
            @Override
            Reply understood(final Reply reply) {
                return reply instanceof Reply.Failure failure && failure.code().equals("UNCERTAIN")
                        ? new Reply.Failure("NOTLEADER 1 client:1")
                        : reply;
            }
        });
    }

    /** Row 20: records without checksums, or with one that nobody looks at. */
    @Test
    void damageThatNoChecksumShowsIsCaught() {
        assertCaught(200, Set.of("DamageIsNamed", "LogMatching", "ReadsAreStable"), new Defect() {
            @Override
            void onFlippedBit(final UnsafeBuffer bytes, final int offset, final int length) {
                StoredRecords.fixChecksum(bytes, offset, length);
            }
        });
    }

    /** Row 21: a member that cut off what was damaged votes as if it had never had it. */
    @Test
    void memberThatForgetsThatItLostEntriesIsCaught() {
        assertCaught(
                300, Set.of("CommitNeedsMajority", "LeaderCompleteness", "ElectionSafety", OWN_CHECK), new Defect() {
                    @Override
                    boolean remembersLoss() {
                        return false;
                    }
                });
    }

    /** Row 20: the same for what no flush had covered, where only a crash does damage. */
    @Test
    void tornRecordThatNoChecksumShowsIsCaught() {
        final Omissions omissions = new Omissions(EnumSet.of(Fault.FLIPPED_BIT), new BitSet());
        assertCaught(1000, Set.of("LogMatching", "ReadsAreStable", "MonotoneState"), omissions, new Defect() {
            @Override
            void onFlippedBit(final UnsafeBuffer bytes, final int offset, final int length) {
                StoredRecords.fixChecksum(bytes, offset, length);
            }
        });
    }

    /** Row 21: recovery takes all that is not whole for a torn tail. */
    @Test
    void recoveryThatCutsOffWhatWasFlushedIsCaught() {
        assertCaught(200, Set.of("DamageIsNamed", "FlushedIsKept", "MonotoneState"), new Defect() {
            @Override
            void onRestart(final MemoryRecordStream stream) {
                StoredRecords.forgetEvidence(stream);
            }
        });
    }

    /** Row 22: entries are taken though there is no room for them. */
    @Test
    void logThatWritesWhereNothingIsReservedIsCaught() {
        assertCaught(100, Set.of("RoomIsReserved"), new Defect() {
            @Override
            boolean seesRoom(final boolean reserved) {
                return true;
            }
        });
    }

    /** Row 30: what a member whose disk was wiped acknowledges is counted at once, and a leader that was deposed commits. */
    @Test
    void leaderThatCountsBlankFollowersIsCaught() {
        assertCaught(100, Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.APPEND_REPLY) {
                    clearFlag(frame, AppendReply.FLAGS_OFFSET, BLANK_REPLY);
                }
            }
        });
    }

    /** Row 30: a member whose disk was wiped votes without knowing what the others know. */
    @Test
    void blankVoterThatAsksNobodyIsCaught() {
        assertCaught(500, Set.of("BlankVotesAreInquired", "LeaderCompleteness"), new Defect() {
            @Override
            void onSend(final SimNode sender, final int to, final byte[] frame) {
                final UnsafeBuffer view = new UnsafeBuffer(frame);
                if (kind(view) == MessageKind.VOTE_REQUEST
                        && (view.getShort(VoteRequest.FLAGS_OFFSET, LITTLE_ENDIAN) & INQUIRY) != 0) {
                    sender.onFrame(to, yes(to, view), false);
                }
            }
        });
    }

    /** Row 30: a follower is taken to be up to date when it has been connected, not when it holds what is committed. */
    @Test
    void blanknessThatEndsTooEarlyIsCaught() {
        assertCaught(100, Set.of("BlanknessEndsWhole", "LeaderCompleteness"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.APPEND_ENTRIES) {
                    final short flags = frame.getShort(AppendEntries.FLAGS_OFFSET, LITTLE_ENDIAN);
                    frame.putShort(AppendEntries.FLAGS_OFFSET, (short) (flags | ENDS_BLANKNESS), LITTLE_ENDIAN);
                }
            }
        });
    }

    /** Rows 11 and 12: who hears a leader lets another one campaign all the same, and follows it into its term. */
    @Test
    void memberThatLetsItsLeaderBeDeposedIsCaught() {
        assertCaught(100, Set.of("Liveness"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.VOTE_REPLY) {
                    setFlag(frame, VoteReply.FLAGS_OFFSET, GRANTED, isFlag(frame, VoteReply.FLAGS_OFFSET, PRE_VOTE));
                } else if (kind(frame) == MessageKind.VOTE_REQUEST) {
                    setFlag(frame, VoteRequest.FLAGS_OFFSET, TRANSFER, true);
                }
            }
        });
    }

    /** Liveness: votes that never arrive. */
    @Test
    void clusterThatNeverElectsIsCaught() {
        assertCaught(1, Set.of("Liveness"), new Defect() {
            @Override
            void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                if (kind(frame) == MessageKind.VOTE_REPLY) {
                    frame.putShort(VoteReply.FLAGS_OFFSET, (short) PRE_VOTE, LITTLE_ENDIAN);
                }
            }
        });
    }

    // -- how ----------------------------------------------------------------------------------------------------------

    /** Some seed up to {@code seeds} finds it by what it breaks; what else breaks before that is passed over. */
    private static void assertCaught(final int seeds, final Set<String> by, final Defect defect) {
        assertCaught(seeds, by, Omissions.NONE, defect);
    }

    private static void assertCaught(
            final int seeds, final Set<String> by, final Omissions omissions, final Defect defect) {
        for (long seed = 1; seed <= seeds; seed++) {
            try {
                new Simulation(seed, defect, omissions).run();
            } catch (final SimulationFailure failure) {
                final String found =
                        failure.getCause() instanceof BrokenInvariant broken ? broken.invariant() : OWN_CHECK;
                if (by.contains(found)) {
                    System.out.println("found by " + found + " in seed " + seed);
                    return;
                }
            }
        }
        fail("not found within " + seeds + " seeds");
    }

    /** The answer that a blank voter hopes for. */
    private static byte[] yes(final int from, final UnsafeBuffer request) {
        final long term = request.getLong(PeerMessage.TERM_OFFSET, LITTLE_ENDIAN);
        final int candidate = request.getShort(VoteRequest.CANDIDATE_OFFSET, LITTLE_ENDIAN);
        final UnsafeBuffer answer = new UnsafeBuffer(new byte[VoteReply.LENGTH]);
        new VoteReply()
                .wrapAndEncode(answer, 0, from, term)
                .requestedTerm(term)
                .granted(true)
                .inquiredAbout(candidate);
        return answer.byteArray();
    }

    private static void clearFlag(final UnsafeBuffer frame, final int at, final int flag) {
        frame.putShort(at, (short) (frame.getShort(at, LITTLE_ENDIAN) & ~flag), LITTLE_ENDIAN);
    }

    private static void setFlag(final UnsafeBuffer frame, final int at, final int flag, final boolean on) {
        frame.putShort(at, (short) (frame.getShort(at, LITTLE_ENDIAN) | (on ? flag : 0)), LITTLE_ENDIAN);
    }

    private static boolean isFlag(final UnsafeBuffer frame, final int at, final int flag) {
        return (frame.getShort(at, LITTLE_ENDIAN) & flag) != 0;
    }

    private static byte kind(final UnsafeBuffer frame) {
        return frame.getByte(PeerMessage.KIND_OFFSET);
    }

    private static boolean isOfTerm(final SimNode receiver, final UnsafeBuffer frame) {
        return frame.getLong(PeerMessage.TERM_OFFSET, LITTLE_ENDIAN) == receiver.term();
    }
}
