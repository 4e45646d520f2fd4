package io.quorumlog.log;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Hands on all that is asked of it: for a test that steps between a log and its stream, and changes some of it. */
public abstract class ForwardingRecordStream implements RecordStream {
    /** The one that does the work; it may be another each time. */
    protected abstract RecordStream stream();

    @Override
    public long append(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength) {
        return stream().append(header, headerOffset, headerLength, payload, payloadOffset, payloadLength);
    }

    @Override
    public long lastSeq() {
        return stream().lastSeq();
    }

    @Override
    public boolean fits(final int recordLength, final int reserve) {
        return stream().fits(recordLength, reserve);
    }

    @Override
    public boolean isSpaceReserved() {
        return stream().isSpaceReserved();
    }

    @Override
    public boolean isNextFileReady() {
        return stream().isNextFileReady();
    }

    @Override
    public void roll() {
        stream().roll();
    }

    @Override
    public int currentFile() {
        return stream().currentFile();
    }

    @Override
    public void wrap(final long position, final UnsafeBuffer view) {
        stream().wrap(position, view);
    }

    @Override
    public void wrapHeader(final long position, final UnsafeBuffer view) {
        stream().wrapHeader(position, view);
    }

    @Override
    public long next(final long position, final int recordLength) {
        return stream().next(position, recordLength);
    }

    @Override
    public void noteFlushed(final long position) {
        stream().noteFlushed(position);
    }

    @Override
    public long bytes() {
        return stream().bytes();
    }

    @Override
    public String fileName(final int file) {
        return stream().fileName(file);
    }
}
