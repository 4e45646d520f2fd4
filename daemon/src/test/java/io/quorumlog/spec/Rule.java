package io.quorumlog.spec;

/** What a trace must not contradict, with the place in the thesis (Ongaro, 2014) that demands it. */
public enum Rule {
    TRACE_IS_WHOLE("-", "lines follow one another without a gap, in the process' own words"),
    MESSAGE_WAS_SENT("3.1", "a message that is handled was sent, word for word, perhaps more than once"),

    TERM_NEVER_FALLS("3.3", "a term only rises, on a message's word or by one for a campaign"),
    TERM_IS_DURABLE("3.8", "no message leaves before term, vote and blankness as they stand are on disk"),
    ONE_VOTE_A_TERM("3.4", "a vote, once given in a term, is not given to another"),
    VOTE_IS_ASKED_FOR("3.4", "a vote goes to itself in a campaign, or to one who asked for it in this term"),
    ELECTION_RESTRICTION("3.6.1", "a vote, or a pre-vote, goes only to one whose log lacks nothing that the voter has"),
    CANDIDATE_NAMES_ITS_LOG("3.6.1", "a request for votes names the last entry, and what it names is on disk"),
    PRE_VOTE_BEFORE_CAMPAIGN("9.6", "a campaign begins when a majority would vote for it"),
    LEADER_HAS_MAJORITY("3.4", "a candidate leads when a majority's votes have come, each counted once"),
    ELECTION_SAFETY("3.2", "a term has at most one leader"),
    LEADER_COMPLETENESS("3.6.3", "what was committed in earlier terms is in a new leader's log"),
    ROLE_FITS("3.3", "only a leader, a candidate, a follower does what is theirs; a later term makes a follower"),
    TRANSFER_IS_WANTED(
            "3.10", "who campaigns in a leader's place was told to by it, and has its word that it still may"),
    TRANSFER_TO_CAUGHT_UP("3.10", "a leader hands over to one that holds all of its log"),

    LEADER_APPEND_ONLY("3.5", "a leader appends behind its last entry, in its own term, and changes nothing"),
    LEADER_SENDS_ITS_LOG("3.5", "what a leader sends is what its log holds, and no more is committed than it knows of"),
    CONSISTENCY_CHECK("3.5", "a follower appends what the message holds, behind what it has in common with the leader"),
    SUPERSEDES_ONLY_CONFLICTS("3.5", "a follower drops an entry only for one of another term, never a committed one"),
    LOG_MATCHING("3.5", "an entry of an index and term has the same entries before it in every log"),
    ACKNOWLEDGED_IS_VERIFIED("3.5", "a follower acknowledges what this leader has shown to be in both logs"),
    ACKNOWLEDGED_IS_DURABLE("3.8", "a follower acknowledges what is on its disk"),

    COMMIT_NEVER_FALLS("3.5", "a commit index only rises while the process lives, and never beyond the log"),
    COMMIT_BY_MAJORITY("3.5", "a leader commits what a majority has on disk, its own disk counted like any other"),
    COMMIT_OWN_TERM("3.6.2", "a leader counts replicas only for entries of its own term"),
    COMMIT_AS_LEADER_SAYS("3.5", "a follower commits what its leader says, up to what that leader has verified"),
    STATE_MACHINE_SAFETY("3.6.3", "no two members commit different entries at an index"),

    READ_NEEDS_NEW_ROUND("6.4", "a read waits for a round of messages that is begun after it"),
    READ_IS_CONFIRMED("6.4", "a read is answered when a majority has answered, and an entry of the term is committed"),

    RECOVERS_WHAT_WAS_DURABLE(
            "3.8", "a process comes up with all that was on disk, in the order in which it was written"),

    BLANK_SAYS_SO("-", "who has lost its disk says so in all that others would count"),
    BLANK_VOTE_IS_INQUIRED("-", "who has lost its disk votes for a log only when all others say that it may"),
    LOST_ENTRIES_NO_VOTE("-", "who knows that it lost entries votes for nobody, and says of nobody that others may"),
    BLANK_ONLY_FOUNDS("-", "who has lost its disk leads, and is voted for, only where nobody is known to have a log"),
    BLANKNESS_ENDS_WHOLE(
            "-", "blankness ends by the word of a leader whose first entry, or more, the member holds on disk");

    private final String section;
    private final String sentence;

    Rule(final String section, final String sentence) {
        this.section = section;
        this.sentence = sentence;
    }

    /** For people: the rule, and where it is from. */
    String text() {
        return name() + " (" + (section.equals("-") ? "ours" : "thesis " + section) + "): " + sentence;
    }

    /** @throws Violation unless it holds */
    void require(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new Violation(this, otherwise);
        }
    }
}
