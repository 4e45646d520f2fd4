package io.quorumlog.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.MessageKind;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.resp.Reply;
import io.quorumlog.log.MemoryRecordStream;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The mistakes by which the simulation is tested: each is put in at a seam between the product and its world, and must be found
 * by a rule that it breaks, or by a check of the product's own. With the numbers of the rows of {@code MISTAKES.md} that
 * they are in, where they are.
 */
enum PlantedDefect implements KnownMistake {
    FLUSHER_THAT_REPORTS_TOO_EARLY(
            "1, 2",
            "promises leave before what they rest on is on stable storage",
            10,
            Set.of("PromisesAreDurable"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                long reportedSeq(final long durableSeq, final long lastSeq) {
                    return lastSeq;
                }
            }),
    FLUSH_THAT_FAILED_UNHEARD(
            "19",
            "a flush that failed is ignored, or repeated with success, as its pages are marked clean",
            100,
            Set.of("PromisesAreDurable", "CommitNeedsMajority"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                boolean ignoresFailedFlush() {
                    return true;
                }
            }),
    DISK_THAT_LOSES_WHAT_IT_FLUSHED(
            "19",
            "a flush that was none",
            10,
            Set.of("FlushedIsKept", "MonotoneState", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                long keptSeq(final long durableSeq) {
                    return durableSeq - 3;
                }
            }),
    RECOVERY_THAT_FORGETS_THE_VOTE(
            "1",
            "a member that was restarted votes twice in a term",
            20,
            Set.of("MonotoneState"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onRestart(final MemoryRecordStream stream) {
                    StoredRecords.forgetVotes(stream);
                }
            }),
    LOG_THAT_IS_TRUNCATED_ON_EVERY_APPEND(
            "3",
            "the log is cut at every message with entries, not only at a conflict",
            20,
            Set.of("StateMachineSafety", "PromisesAreDurable", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    final int at = AppendEntries.LENGTH;
                    if (Frames.kind(frame) == MessageKind.APPEND_ENTRIES && length > at) {
                        final LogRecord first =
                                new LogRecord().wrap(frame, at, LogRecord.lengthAt(frame, at, length - at));
                        if (first.index() <= receiver.log().lastIndex() && first.term() <= receiver.term()) {
                            receiver.log().appendReplicated(first);
                        }
                    }
                }
            }),
    VOTER_THAT_COMPARES_INDEX_BEFORE_TERM(
            "5",
            "the election restriction compares the index before the term",
            500,
            Set.of("LeaderCompleteness", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.VOTE_REQUEST
                            && frame.getLong(VoteRequest.LAST_INDEX_OFFSET, LITTLE_ENDIAN)
                                    >= receiver.log().lastIndex()) {
                        frame.putLong(
                                VoteRequest.LAST_TERM_OFFSET, receiver.log().lastTerm(), LITTLE_ENDIAN);
                    }
                }
            }),
    CANDIDATE_THAT_COUNTS_REFUSALS(
            "9",
            "replies are counted, not votes",
            100,
            Set.of("ElectionSafety", "LeaderCompleteness", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.VOTE_REPLY) {
                        final short flags = frame.getShort(VoteReply.FLAGS_OFFSET, LITTLE_ENDIAN);
                        frame.putShort(VoteReply.FLAGS_OFFSET, (short) (flags | Frames.GRANTED), LITTLE_ENDIAN);
                    }
                }
            }),
    VOTER_THAT_REFUSES_NOBODY(
            "9, 10",
            "a vote is given to whoever asks, in a term in which another one has it too",
            100,
            Set.of("PromisesAreDurable", "ElectionSafety", "LeaderCompleteness", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onSend(final SimNode sender, final int to, final byte[] frame) {
                    final UnsafeBuffer view = new UnsafeBuffer(frame);
                    if (Frames.kind(view) == MessageKind.VOTE_REPLY
                            && !Frames.isFlag(view, VoteReply.FLAGS_OFFSET, Frames.PRE_VOTE)) {
                        Frames.setFlag(view, VoteReply.FLAGS_OFFSET, Frames.GRANTED, true);
                    }
                }
            }),
    LEADER_THAT_COUNTS_UNACKNOWLEDGED_ENTRIES(
            "6",
            "a leader counts entries that the follower never acknowledged",
            100,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.APPEND_REPLY && Frames.isOfTerm(receiver, frame)) {
                        frame.putLong(
                                AppendReply.MATCH_INDEX_OFFSET, receiver.log().lastIndex(), LITTLE_ENDIAN);
                    }
                }
            }),
    FOLLOWER_THAT_ACKNOWLEDGES_WHATEVER_IT_HOLDS(
            "6, 8",
            "a follower acknowledges its last entry, not the last that it knows to be the leader's",
            100,
            Set.of("PromisesAreDurable", "CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onSend(final SimNode sender, final int to, final byte[] frame) {
                    final UnsafeBuffer view = new UnsafeBuffer(frame);
                    if (Frames.kind(view) == MessageKind.APPEND_REPLY) {
                        view.putLong(
                                AppendReply.MATCH_INDEX_OFFSET, sender.log().lastIndex(), LITTLE_ENDIAN);
                    }
                }
            }),
    FOLLOWER_THAT_COMMITS_WHATEVER_IT_HOLDS(
            "8",
            "a follower commits what it holds, not what the leader has committed",
            100,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.APPEND_ENTRIES) {
                        frame.putLong(AppendEntries.LEADER_COMMIT_OFFSET, Long.MAX_VALUE, LITTLE_ENDIAN);
                    }
                }
            }),
    LEADER_THAT_READS_WITHOUT_CONFIRMATION(
            "14",
            "a leader answers reads by believing that it leads",
            3000,
            Set.of("LastIsLinearizable", "ToldTruth"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.APPEND_REPLY) {
                        frame.putLong(AppendReply.ROUND_OFFSET, Long.MAX_VALUE / 2, LITTLE_ENDIAN);
                    }
                }
            }),
    CLIENT_THAT_REPEATS_AN_APPEND(
            "17",
            "a client repeats an append by itself after its connection broke",
            50,
            Set.of("ToldTruth", "LastIsLinearizable"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                boolean repeatsUncertainAppends() {
                    return true;
                }
            }),
    READ_THAT_DOES_NOT_SHOW_THE_OWN_APPEND(
            "",
            "a READ ends before the entries that its own client has appended, as if it did not wait for what is in front of it",
            20,
            Set.of("ReadsSeeWhatWasTold"),
            Omissions.NONE,
            () -> new Defect() {
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
            }),
    UNCERTAINTY_THAT_IS_TOLD_AS_FAILURE(
            "16",
            "'failed' is said of an append that may still be committed",
            500,
            Set.of("ToldTruth"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                Reply understood(final Reply reply) {
                    return reply instanceof Reply.Failure failure
                                    && failure.code().equals("UNCERTAIN")
                            ? new Reply.Failure("NOTLEADER 1 client:1")
                            : reply;
                }
            }),
    REPLY_OF_THE_REQUEST_BEFORE(
            "18",
            "a reply goes to the request before its own",
            20,
            Set.of("ToldTruth", "LastIsLinearizable", "ReadsSeeWhatWasTold"),
            Omissions.NONE,
            () -> new Defect() {
                private Reply before;

                @Override
                Reply understood(final Reply reply) {
                    if (!(reply instanceof Reply.Number)) {
                        return reply;
                    }
                    final Reply told = before == null ? reply : before;
                    before = reply;
                    return told;
                }
            }),
    DAMAGE_THAT_NO_CHECKSUM_SHOWS(
            "20",
            "records without checksums, or with one that nobody looks at",
            200,
            Set.of("DamageIsNamed", "LogMatching", "ReadsAreStable"),
            Omissions.NONE,
            PlantedDefect::noChecksums),
    MEMBER_THAT_FORGETS_THAT_IT_LOST_ENTRIES(
            "21",
            "a member that cut off what was damaged votes as if it had never had it",
            1000,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "ElectionSafety", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                boolean remembersLoss() {
                    return false;
                }
            }),
    TORN_RECORD_THAT_NO_CHECKSUM_SHOWS(
            "20",
            "the same for what no flush had covered, where only a crash does damage",
            1000,
            Set.of("LogMatching", "ReadsAreStable", "MonotoneState"),
            new Omissions(EnumSet.of(Fault.FLIPPED_BIT), new BitSet()),
            PlantedDefect::noChecksums),
    FOLLOWER_THAT_LOOKS_AT_NO_CHECKSUM(
            "20",
            "an entry that was damaged on its way is appended",
            200,
            Set.of("LogMatching", "StateMachineSafety", "ToldTruth", Frames.OWN_CHECK),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) != MessageKind.APPEND_ENTRIES) {
                        return;
                    }
                    for (int at = AppendEntries.LENGTH, next; at < length; at = next) {
                        next = at + LogRecord.lengthAt(frame, at, length - at);
                        if (next == at) {
                            return;
                        }
                        StoredRecords.fixChecksum(frame, at, next - at);
                    }
                }
            }),
    RECOVERY_THAT_CUTS_OFF_WHAT_WAS_FLUSHED(
            "21",
            "recovery takes all that is not whole for a torn tail",
            200,
            Set.of("DamageIsNamed", "FlushedIsKept", "MonotoneState"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onRestart(final MemoryRecordStream stream) {
                    StoredRecords.forgetEvidence(stream);
                }
            }),
    LOG_THAT_WRITES_WHERE_NOTHING_IS_RESERVED(
            "22",
            "entries are taken though there is no room for them",
            100,
            Set.of("RoomIsReserved"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                boolean seesRoom(final boolean reserved) {
                    return true;
                }
            }),
    LEADER_THAT_COUNTS_BLANK_FOLLOWERS(
            "30",
            "what a member whose disk was wiped acknowledges is counted at once, and a leader that was deposed commits",
            100,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.APPEND_REPLY) {
                        Frames.clearFlag(frame, AppendReply.FLAGS_OFFSET, Frames.BLANK_REPLY);
                    }
                }
            }),
    BLANK_VOTER_THAT_ASKS_NOBODY(
            "30",
            "a member whose disk was wiped votes without knowing what the others know",
            500,
            Set.of("BlankVotesAreInquired", "LeaderCompleteness"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onSend(final SimNode sender, final int to, final byte[] frame) {
                    final UnsafeBuffer view = new UnsafeBuffer(frame);
                    if (Frames.kind(view) == MessageKind.VOTE_REQUEST
                            && (view.getShort(VoteRequest.FLAGS_OFFSET, LITTLE_ENDIAN) & Frames.INQUIRY) != 0) {
                        sender.onFrame(to, Frames.yes(to, view), false);
                    }
                }
            }),
    BLANKNESS_THAT_ENDS_TOO_EARLY(
            "30",
            "a follower is taken to be up to date when it has been connected, not when it holds what is committed",
            100,
            Set.of("BlanknessEndsWhole", "LeaderCompleteness"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.APPEND_ENTRIES) {
                        final short flags = frame.getShort(AppendEntries.FLAGS_OFFSET, LITTLE_ENDIAN);
                        frame.putShort(
                                AppendEntries.FLAGS_OFFSET, (short) (flags | Frames.ENDS_BLANKNESS), LITTLE_ENDIAN);
                    }
                }
            }),
    MEMBER_THAT_LETS_ITS_LEADER_BE_DEPOSED(
            "11, 12",
            "who hears a leader lets another one campaign all the same, and follows it into its term",
            100,
            Set.of("Liveness"),
            Omissions.NONE,
            () -> new Defect() {
                @Override
                void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
                    if (Frames.kind(frame) == MessageKind.VOTE_REPLY) {
                        Frames.setFlag(
                                frame,
                                VoteReply.FLAGS_OFFSET,
                                Frames.GRANTED,
                                Frames.isFlag(frame, VoteReply.FLAGS_OFFSET, Frames.PRE_VOTE));
                    } else if (Frames.kind(frame) == MessageKind.VOTE_REQUEST
                            && !Frames.isFlag(frame, VoteRequest.FLAGS_OFFSET, Frames.PRE_VOTE)) {
                        Frames.setFlag(frame, VoteRequest.FLAGS_OFFSET, Frames.TRANSFER, true);
                    }
                }
            }),
    CLUSTER_THAT_NEVER_ELECTS("", "votes never arrive", 1, Set.of("Liveness"), Omissions.NONE, () -> new Defect() {
        @Override
        void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {
            if (Frames.kind(frame) == MessageKind.VOTE_REPLY) {
                frame.putShort(VoteReply.FLAGS_OFFSET, (short) Frames.PRE_VOTE, LITTLE_ENDIAN);
            }
        }
    });

    private final About about;
    private final Omissions omissions;
    private final Supplier<Defect> defect;

    /**
     * @param rows of {@code MISTAKES.md}; empty if it is in none
     * @param seeds among the first so many is one that finds it
     * @param rules what may find it
     */
    PlantedDefect(
            final String rows,
            final String mistake,
            final int seeds,
            final Set<String> rules,
            final Omissions omissions,
            final Supplier<Defect> defect) {
        about = new About(rows, mistake, seeds, rules);
        this.omissions = omissions;
        this.defect = defect;
    }

    /** Whatever damages a record, its checksum is that of what stands there then. */
    private static Defect noChecksums() {
        return new Defect() {
            @Override
            void onFlippedBit(final UnsafeBuffer bytes, final int offset, final int length) {
                StoredRecords.fixChecksum(bytes, offset, length);
            }
        };
    }

    @Override
    public About about() {
        return about;
    }

    @Override
    public LongFunction<String> seedRun() {
        return seed -> new SeedRun(defect.get(), omissions).apply(seed);
    }

    @Override
    public String toString() {
        return text();
    }
}
