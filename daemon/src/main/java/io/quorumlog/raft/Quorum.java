package io.quorumlog.raft;

/** What a majority says: of indexes, by order; of votes, as a set, so that a vote that arrives twice counts once. */
final class Quorum {
    private final long[] sorted;
    private final boolean[] granted;
    private final boolean[] refused;

    Quorum(final int members) {
        sorted = new long[members];
        granted = new boolean[members];
        refused = new boolean[members];
    }

    /** Members that a decision needs. */
    static int majority(final int members) {
        return members / 2 + 1;
    }

    /** The greatest value that a majority of the values reach. */
    long reachedByMajority(final long[] values) {
        for (int i = 0; i < values.length; i++) {
            final long value = values[i];
            int at = i;
            while (at > 0 && sorted[at - 1] < value) {
                sorted[at] = sorted[at - 1];
                at--;
            }
            sorted[at] = value;
        }
        return sorted[majority(values.length) - 1];
    }

    /** Counts a member's answer. A vote that was given stands; a refusal may be a late answer to an earlier question. */
    void vote(final int slot, final boolean isGranted) {
        granted[slot] |= isGranted;
        refused[slot] = !granted[slot];
    }

    boolean hasGranted(final int slot) {
        return granted[slot];
    }

    boolean hasRefused(final int slot) {
        return refused[slot];
    }

    boolean isWon() {
        return count(granted) >= majority(granted.length);
    }

    /** The members that granted, for people. */
    String votes(final Members members) {
        final StringBuilder text = new StringBuilder("votes ");
        for (int slot = 0; slot < granted.length; slot++) {
            if (granted[slot]) {
                text.append(members.id(slot)).append(',');
            }
        }
        text.setLength(text.length() - 1);
        return text.append(" of ").append(granted.length).toString();
    }

    private static int count(final boolean[] votes) {
        int count = 0;
        for (final boolean vote : votes) {
            if (vote) {
                count++;
            }
        }
        return count;
    }
}
