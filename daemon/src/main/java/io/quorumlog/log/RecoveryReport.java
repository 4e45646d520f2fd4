package io.quorumlog.log;

/**
 * What recovery found and what it asks to be cut, for the log's one line.
 *
 * @param files that are kept
 * @param unread how many of them, the oldest, were taken from their indexes ({@link Recovery#recover(StoredFiles,
 *     NodeIdentity, int)})
 * @param lastIndex of the last entry, 0 if there is none: so many entries there are, superseded ones not counted
 * @param lastTerm of the last entry
 * @param term persisted last
 * @param votedFor in that term, 0 for none
 * @param repair what was cut, in words; null if nothing
 */
public record RecoveryReport(
        int files, int unread, long lastIndex, long lastTerm, long term, int votedFor, String repair) {
    /** One line. */
    public String summary() {
        return "recovered entries=" + lastIndex + " files=" + files + (unread == 0 ? "" : " unread=" + unread)
                + " last="
                + lastIndex + "@" + lastTerm + " term=" + term + " votedFor=" + votedFor
                + (repair == null ? "" : "; " + repair);
    }

    @Override
    public String toString() {
        return summary();
    }
}
