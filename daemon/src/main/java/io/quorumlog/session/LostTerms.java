package io.quorumlog.session;

/**
 * The terms that this node led, and since when it has been known that it leads them no more: from then on the time runs
 * after which an entry of that term, its fate still open, is answered UNCERTAIN. Shared by all sessions, one thread.
 */
final class LostTerms {
    /** Only slots that are still waiting are asked for, and those wait a few election timeouts at most. */
    private static final int KEPT = 8;

    private final long[] terms = new long[KEPT]; // ascending
    private final long[] sinceNs = new long[KEPT];
    private int count;

    /**
     * Since when a term is known to be lost; if it is news, since now. For a term that was lost unseen, or is not kept any
     * more, the time of the next one after it: it was lost before that.
     */
    long sinceNs(final long term, final long nowNs) {
        for (int i = 0; i < count; i++) {
            if (terms[i] >= term) {
                return sinceNs[i];
            }
        }
        if (count == KEPT) {
            System.arraycopy(terms, 1, terms, 0, KEPT - 1);
            System.arraycopy(sinceNs, 1, sinceNs, 0, KEPT - 1);
            count--;
        }
        terms[count] = term;
        sinceNs[count++] = nowNs;
        return nowNs;
    }
}
