package io.quorumlog.log;

import io.quorumlog.codec.record.LogRecord;

/** Looks on while recovery reads. */
@FunctionalInterface
interface RecordObserver {
    /** Looks away. */
    RecordObserver NONE = (position, record) -> {};

    /**
     * A record was whole, possible where it stands, and has been applied. Those behind a hole are none of these.
     *
     * @param record valid until this returns
     */
    void onRecord(long position, LogRecord record);
}
