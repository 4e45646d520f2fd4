package io.quorumlog.sim;

import java.util.Set;
import java.util.function.LongFunction;

/**
 * The mistakes that stand inside the product, where no seam lets a {@link Defect} in: each is one changed piece of a source,
 * which is compiled anew ({@link ChangedProduct}). A change of the source that makes the piece another one fails the tests,
 * and doesn't take the mistake away unseen.
 */
enum SourceDefect implements KnownMistake {
    LEADER_THAT_COUNTS_ITS_OWN_UNFLUSHED_ENTRIES(
            "2",
            "a leader counts itself for entries that are not on its disk",
            1,
            20,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety"),
            "raft/Leader.java",
            "slot == members.self() ? raft.durableIndex() : followers[slot].countedIndex()",
            "slot == members.self() ? log.lastIndex() : followers[slot].countedIndex()"),
    LEADER_THAT_COMMITS_AN_EARLIER_TERM_BY_COUNTING(
            "4",
            "a leader commits an entry of an earlier term because a majority holds it",
            1,
            20,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety", Frames.OWN_CHECK),
            "raft/Leader.java",
            "index <= raft.commitIndex() || log.termAt(index) != raft.term()",
            "index <= raft.commitIndex()"),
    FOLLOWER_THAT_COMMITS_UNVERIFIED_ENTRIES(
            "8",
            "a follower commits up to its own last entry, where its leader has committed as many",
            1,
            300,
            Set.of("CommitNeedsMajority", "LeaderCompleteness", "StateMachineSafety", Frames.OWN_CHECK),
            "raft/Follower.java",
            "Math.min(message.leaderCommit(), verifiedIndex)",
            "Math.min(message.leaderCommit(), log.lastIndex())"),
    VOTE_THAT_OUTLIVES_ITS_TERM(
            "10",
            "who has voted once votes for nobody else in a later term",
            1,
            10,
            Set.of("Liveness"),
            "raft/Raft.java",
            "votedFor = vote;",
            "votedFor = votedFor == NONE || vote == config.memberId() ? vote : votedFor;"),
    VOTE_THAT_IS_FORGOTTEN_WITHIN_ITS_TERM(
            "10",
            "who leaves office forgets, in the same term, whom it had voted for",
            1,
            200,
            Set.of("ElectionSafety", "LeaderCompleteness", "MonotoneState", Frames.OWN_CHECK),
            "raft/Raft.java",
            "becomeFollower(NONE, reason);",
            "votedFor = NONE; becomeFollower(NONE, reason);"),
    LEADER_THAT_STAYS_WITHOUT_A_MAJORITY(
            "12, 13",
            "a leader that hears no majority goes on, and keeps those that hear it from electing another",
            1,
            100,
            Set.of("Liveness"),
            "raft/Leader.java",
            "if (!hearsMajority()) {",
            "if (false) {"),
    LEADER_THAT_READS_BEFORE_IT_COMMITS(
            "15",
            "a new leader answers reads before it knows what is committed",
            200,
            300,
            Set.of("LastIsLinearizable", "ToldTruth", "ReadsSeeWhatWasTold"),
            "raft/Leader.java",
            "if (raft.commitIndex() < firstIndexOfTerm) {",
            "if (false) {"),
    LEADER_THAT_HANDS_OVER_FOR_EVER(
            "33",
            "a leader whose successor does not take over never gives up",
            1,
            400,
            Set.of("TransfersEnd"),
            "raft/Leader.java",
            "new LeadershipTransfer(slot, raft.nowNs() + raft.config().electionTimeoutNs())",
            "new LeadershipTransfer(slot, Long.MAX_VALUE)"),
    MEMBER_THAT_WAITS_FOR_ANY_CANDIDATE(
            "35",
            "any vote request starts the election timer anew, and one who can't win keeps the others from it",
            215,
            1000,
            Set.of("Liveness"),
            "raft/Raft.java",
            "if (message instanceof VoteRequest request && request.isPreVote()) {",
            "if (message instanceof VoteRequest) { resetElectionTimer(); }"
                    + " if (message instanceof VoteRequest request && request.isPreVote()) {"),
    LEADER_THAT_APPENDS_NOTHING_OF_ITS_OWN(
            "36",
            "a new leader appends nothing, and what was there before it is not committed",
            1,
            50,
            Set.of("Liveness"),
            "raft/Leader.java",
            "append(RecordKind.NO_OP, raft.config().clusterIdentity(), 0, 0);",
            ""),
    READER_THAT_GOES_ON_TO_A_SUPERSEDED_ENTRY(
            "",
            "who reads one entry after another takes the next record of the right index, whatever its term",
            1,
            20,
            Set.of("ReadsAreStable", "CommitNeedsMajority", "StateMachineSafety", "LogMatching", Frames.OWN_CHECK),
            "log/EntryIndex.java",
            "&& view.getLong(LogRecord.TERM_OFFSET, LITTLE_ENDIAN) == terms.termAt(index);",
            ";");

    private static final String PACKAGE = "io/quorumlog/";

    private final About about;
    private final long firstSeed;
    private final String source;
    private final String text;
    private final String replacement;

    /**
     * @param rows of {@code MISTAKES.md}
     * @param firstSeed a little before one that finds it, where few do: the build's time is short
     * @param seeds among so many from there on is one that finds it
     * @param rules what may find it
     * @param source below {@code io/quorumlog}
     * @param text what is replaced; it stands there exactly once
     */
    SourceDefect(
            final String rows,
            final String mistake,
            final long firstSeed,
            final int seeds,
            final Set<String> rules,
            final String source,
            final String text,
            final String replacement) {
        about = new About(rows, mistake, seeds, rules);
        this.firstSeed = firstSeed;
        this.source = source;
        this.text = text;
        this.replacement = replacement;
    }

    @Override
    public About about() {
        return about;
    }

    @Override
    public long firstSeed() {
        return firstSeed;
    }

    @Override
    public LongFunction<String> seedRun() {
        return new ChangedProduct(PACKAGE + source, text, replacement).seedRun();
    }

    @Override
    public String toString() {
        return text();
    }
}
