package io.quorumlog.sim;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.ForwardingRecordStream;
import io.quorumlog.log.MemoryRecordStream;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.StoredFiles;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One member's disk and flusher: an append is an effect that a crash may come before or after; a flush takes its time,
 * sometimes very long, and covers what was appended before it began; a crash loses what no flush covered, or keeps parts of
 * it. Survives its processes, unless it is wiped.
 */
final class SimDisk extends ForwardingRecordStream {
    private final Simulation simulation;
    private final int member;
    private final SimRandom random;
    private MemoryRecordStream stream;

    private final LogRecord record = new LogRecord();
    private final UnsafeBuffer whole = new UnsafeBuffer(0, 0);

    /** What is added to the stream's record numbers, which begin anew at each start: the records before that. */
    private long seqBase;

    private int process;
    private boolean flushing;
    /** A flush failed. */
    private boolean pagesLost;

    private long flushCovers;
    /** Begins and ends of flushes: one that another process began, or that was ended early, is not ended again. */
    private int flushes;

    private long durableSeq;
    /** What counts as durable though no flush has covered it. */
    private long cachedSeq;

    private long reportedSeq;
    private long flushesTotal;
    private boolean lossUnderWay;

    private final SimRoom room;
    private final BitRot rot;

    SimDisk(final Simulation simulation, final int member, final SimRandom random) {
        this.simulation = simulation;
        this.member = member;
        this.random = random;
        stream = new MemoryRecordStream(simulation.plan().fileBytes);
        room = new SimRoom(simulation, member, random);
        rot = new BitRot(simulation, random);
    }

    // Flushes.

    /**
     * Begins a flush of all that is written, unless one is under way. In page-cache mode only a hard state needs one, and
     * what stands behind it until then.
     */
    void requestFlush(final boolean withHardState) {
        if (simulation.plan().pageCache && !withHardState && !flushing) {
            cachedSeq = stream.lastSeq();
            simulation.invariants().onDurable(member, seqBase + cachedSeq);
            if (cachedSeq > reportedSeq) {
                simulation.node(member).wake();
            }
            return;
        }
        if (flushing || durableSeq == stream.lastSeq()) {
            return;
        }
        flushing = true;
        final FaultPlan plan = simulation.plan();
        final boolean slow = befalls(Fault.SLOW_FLUSH, plan.slowFlushPerMillion);
        final boolean fails = befalls(Fault.FAILED_FLUSH, plan.failingFlushPerMillion);
        final long covered = stream.lastSeq();
        flushCovers = covered;
        final long delayNs = slow ? plan.slowFlushNs : random.between(plan.leastFlushNs, plan.mostFlushNs);
        if (slow) {
            simulation.trace(member, "begins a slow flush", 0, 0, 0, null);
            room.onHang();
        }
        if (simulation.node(member).takeCrashWithinFlush()) {
            final int ofProcess = process;
            simulation.queue().after(random.between(0, delayNs - 1), () -> {
                if (ofProcess == process && !simulation.isHealed() && simulation.happens(Fault.CRASH_WITHIN_FLUSH)) {
                    simulation.node(member).crash("within a flush");
                }
            });
        }
        final int flush = ++flushes;
        simulation.queue().after(delayNs, () -> {
            if (flush != flushes) {
                return;
            }
            // After a failure the pages may be marked clean: no later flush covers them, and the process must die.
            pagesLost |= fails;
            if (fails && !simulation.defect().ignoresFailedFlush()) {
                simulation.node(member).crash("a flush failed");
                return;
            }
            endFlush(covered);
        });
    }

    private boolean befalls(final Fault fault, final int perMillion) {
        return !simulation.isHealed() && random.perMillion(perMillion) && simulation.happens(fault);
    }

    private void endFlush(final long covered) {
        flushing = false;
        room.onHangEnded();
        flushes++;
        flushesTotal++;
        durable(covered);
        simulation.node(member).wake();
    }

    /** The disk is as fast as it should be again. */
    void heal() {
        if (flushing) {
            endFlush(flushCovers);
        }
        mend();
        room.make();
    }

    private void durable(final long seq) {
        durableSeq = seq;
        if (pagesLost) {
            return;
        }
        stream.flushed(simulation.defect().keptSeq(seq));
        rot.evidence().flushed(seq);
        simulation.invariants().onDurable(member, seqBase + seq);
    }

    /** What the flusher reports: all records up to this number are durable. */
    long reportedSeq() {
        reportedSeq = simulation.defect().reportedSeq(Math.max(durableSeq, cachedSeq), stream.lastSeq());
        return reportedSeq;
    }

    /** What the flusher has really flushed. */
    long flushedSeq() {
        return simulation.plan().pageCache ? durableSeq : reportedSeq();
    }

    long flushesTotal() {
        return flushesTotal;
    }

    // Crashes.

    /** The process dies; where the machine does, only what was flushed is sure to stay. */
    void crash() {
        process++;
        flushes++;
        flushing = false;
        room.onHangEnded();
        pagesLost = false;
        stream.crash(fate());
    }

    /** Everything is gone; no process runs. */
    void wipe() {
        stream = new MemoryRecordStream(simulation.plan().fileBytes);
        rot.clear();
        lossUnderWay = false;
        simulation.invariants().onWipe(member);
    }

    /** What is damaged is cut off, with all behind it; no process runs. */
    void cutOff(final long position) {
        stream.cutOff(position);
        rot.clear();
        lossUnderWay = true;
        simulation.invariants().onLoss(member);
    }

    /** Whether something was cut off, of which the log does not tell yet. */
    boolean isLossUnderWay() {
        return lossUnderWay;
    }

    /** The log tells of what was cut off, and that is flushed before the member says anything. */
    void finishRepair() {
        stream.flushed(stream.lastSeq());
        lossUnderWay = false;
    }

    private MemoryRecordStream.CrashFate fate() {
        return simulation.plan().pageCache || random.percent(20)
                ? MemoryRecordStream.CrashFate.ALL_SURVIVES
                : new PowerLoss(simulation, random);
    }

    /** There is room again. */
    void onRoom() {
        stream.nextFileReady(true);
        simulation.node(member).wake();
    }

    /** A bit of it flips. */
    void flipBit() {
        rot.flip(stream);
    }

    /** Whether one has, and it is not restored. */
    boolean isDamaged() {
        return rot.isDamaged();
    }

    /** Somebody restores what was damaged. */
    void mend() {
        rot.mend(stream);
    }

    // Its parts.

    /** What room there is. */
    SimRoom room() {
        return room;
    }

    StoredFiles storedFiles() {
        return stream.storedFiles();
    }

    @Override
    protected MemoryRecordStream stream() {
        return stream;
    }

    /** Cuts what recovery asks for, tells the invariants what is left, and is ready to be appended to. */
    void reopen(final RecoveredLog recovered) {
        stream.reopen(recovered);
        simulation.invariants().beginRestart(member);
        rot.evidence().clear();
        final StoredFiles files = rot.undamaged(stream).storedFiles();
        for (final int file : files.numbers()) {
            try (StoredFiles.Scan scan = files.scan(file)) {
                while (scan.next() == StoredFiles.Found.RECORD) {
                    record.wrap(scan.record(), 0, scan.record().capacity());
                    rot.evidence().recovered(record);
                    simulation.invariants().onRecord(member, record);
                }
            }
        }
        seqBase = simulation.invariants().member(member).lastSeq();
        durableSeq = 0;
        cachedSeq = 0;
        reportedSeq = 0;
        stream.nextFileReady(true);
    }

    // The port.

    @Override
    public long append(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength) {
        simulation.node(member).onEffect();
        room.take(header.getByte(headerOffset + LogRecord.KIND_OFFSET), headerLength + payloadLength);
        final long position = stream.append(header, headerOffset, headerLength, payload, payloadOffset, payloadLength);
        stream.wrap(position, whole);
        record.wrap(whole, 0, whole.capacity());
        rot.evidence().written(record, stream.lastSeq());
        simulation.node(member).watch().onRecord(record);
        return position;
    }

    @Override
    public void roll() {
        simulation.node(member).onEffect();
        if (!stream.isNextFileReady()) {
            room.checkNotFull();
        }
        stream.roll();
        simulation.reached(Outcome.FILE_BEGUN);
        stream.nextFileReady(!room.isFull());
        final long delayNs = simulation.plan().filePreparationNs;
        if (delayNs == 0 || simulation.isHealed() || !simulation.happens(Fault.SLOW_FILE)) {
            return;
        }
        stream.nextFileReady(false);
        final int ofProcess = process;
        simulation.queue().after(delayNs, () -> {
            if (ofProcess == process) {
                stream.nextFileReady(!room.isFull());
                simulation.node(member).wake();
            }
        });
    }

    @Override
    public boolean isSpaceReserved() {
        return simulation.defect().seesRoom(room.isReserved());
    }

    @Override
    public String fileName(final int file) {
        return "member " + member + " " + stream.fileName(file);
    }
}
