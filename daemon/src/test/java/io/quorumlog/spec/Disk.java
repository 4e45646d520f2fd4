package io.quorumlog.spec;

import java.util.ArrayDeque;

/** One member's disk: a stream of records, of which a first part is durable, and which a crash cuts somewhere behind that. */
final class Disk {
    /** Records in a row: entries, or one hard state. */
    private static final class Write {
        private final long record;
        private final long count;
        private final HardState hardState;
        private final long index;
        private final long entryTerm;
        /** How many of the entries have not been superseded since. */
        private long standing;

        Write(final long record, final HardState hardState) {
            this(record, 1, hardState, 0, 0, 0);
        }

        Write(
                final long record,
                final long count,
                final HardState hardState,
                final long index,
                final long entryTerm,
                final long standing) {
            this.record = record;
            this.count = count;
            this.hardState = hardState;
            this.index = index;
            this.entryTerm = entryTerm;
            this.standing = standing;
        }

        Write behind(final long done) {
            return new Write(record + done, count - done, null, index + done, entryTerm, Math.max(standing - done, 0));
        }
    }

    private final ArrayDeque<Write> pending = new ArrayDeque<>();
    private HardState hardState;
    private TermRuns log;
    private long durableIndex;

    /** What a process found when it came up is durable. */
    Disk(final HardState hardState, final TermRuns log) {
        this.hardState = hardState;
        this.log = log;
        durableIndex = log.lastIndex();
    }

    /** Term, vote and blankness as they are on disk. */
    HardState hardState() {
        return hardState;
    }

    /** Up to where the member's log, as it stands, is on disk. */
    long durableIndex() {
        return durableIndex;
    }

    void write(final long record, final HardState state) {
        pending.add(new Write(record, state));
    }

    /** Entries are written from an index on, and supersede what stood there and behind it. */
    void write(final long record, final long index, final long count, final long entryTerm) {
        durableIndex = Math.min(durableIndex, index - 1);
        for (final Write write : pending) {
            if (write.hardState == null) {
                write.standing = Math.max(0, Math.min(write.standing, index - write.index));
            }
        }
        pending.add(new Write(record, count, null, index, entryTerm, count));
    }

    /** The records up to this one are durable. */
    void flushed(final long record) {
        while (!pending.isEmpty() && pending.peek().record <= record) {
            final Write write = pending.poll();
            if (write.hardState != null) {
                hardState = write.hardState;
                continue;
            }
            final long done = Math.min(write.count, record - write.record + 1);
            apply(log, write, done);
            if (write.standing > 0) {
                durableIndex = Math.max(durableIndex, write.index + Math.min(done, write.standing) - 1);
            }
            if (done < write.count) {
                pending.addFirst(write.behind(done));
            }
        }
    }

    private static void apply(final TermRuns target, final Write write, final long count) {
        target.dropFrom(write.index);
        target.append(write.entryTerm, count);
    }

    /** Whether a crash may have left this: all that was durable, and of the rest a first part. */
    boolean mayLeave(final HardState foundState, final TermRuns foundLog) {
        HardState state = hardState;
        final TermRuns entries = log.copy();
        for (final Write write : pending) {
            if (state.equals(foundState) && entries.isSameAs(foundLog)) {
                return true;
            }
            if (write.hardState != null) {
                state = write.hardState;
                continue;
            }
            final long part = foundLog.lastIndex() - write.index + 1;
            if (part > 0 && part < write.count && state.equals(foundState)) {
                final TermRuns cut = entries.copy();
                apply(cut, write, part);
                if (cut.isSameAs(foundLog)) {
                    return true;
                }
            }
            apply(entries, write, write.count);
        }
        return state.equals(foundState) && entries.isSameAs(foundLog);
    }

    @Override
    public String toString() {
        return hardState + " log " + log + " and " + pending.size() + " writes that are not flushed";
    }
}
