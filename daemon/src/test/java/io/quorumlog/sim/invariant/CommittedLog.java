package io.quorumlog.sim.invariant;

import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.List;

/** What the cluster has committed, as the first member that committed it showed it; it only ever grows. */
public final class CommittedLog {
    /** @param term of the leader that was first to commit it */
    private record Committed(ObservedEntry entry, long term, long previousClientIndex) {}

    private final List<Committed> entries = new ArrayList<>();
    private final List<ObservedEntry> clientEntries = new ArrayList<>();
    private long greatestToldIndex;

    void append(final ObservedEntry entry, final long committedInTerm) {
        entries.add(new Committed(entry, committedInTerm, lastClientIndex()));
        if (entry.kind() == RecordKind.CLIENT) {
            clientEntries.add(entry);
        }
    }

    public long lastIndex() {
        return entries.size();
    }

    /** The entry at 1 to {@link #lastIndex()}. */
    public ObservedEntry entry(final long index) {
        return entries.get((int) index - 1).entry;
    }

    /** Term of the member that was first to commit the entry. */
    long committedInTerm(final long index) {
        return entries.get((int) index - 1).term;
    }

    /** Index of the client entry before an entry; 0 if there is none. */
    long previousClientIndex(final long index) {
        return entries.get((int) index - 1).previousClientIndex;
    }

    /** Index of the last client entry; 0 if there is none. */
    public long lastClientIndex() {
        return clientEntries.isEmpty()
                ? 0
                : clientEntries.get(clientEntries.size() - 1).index();
    }

    /** Whether a client's entry is committed at that index. */
    boolean holdsClientEntry(final long index) {
        return index >= 1 && index <= lastIndex() && entry(index).kind() == RecordKind.CLIENT;
    }

    /** The first client entry at or behind an index; null if there is none. */
    ObservedEntry clientEntryFrom(final long index) {
        int low = 0;
        int high = clientEntries.size();
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (clientEntries.get(middle).index() < index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == clientEntries.size() ? null : clientEntries.get(low);
    }

    /** Some client has been told that this index is in the log. */
    void told(final long index) {
        greatestToldIndex = Math.max(greatestToldIndex, index);
    }

    /** The greatest index of a client entry that any client has been told of; 0 if none. */
    public long greatestToldIndex() {
        return greatestToldIndex;
    }
}
