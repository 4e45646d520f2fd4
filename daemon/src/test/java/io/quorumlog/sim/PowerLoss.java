package io.quorumlog.sim;

import io.quorumlog.log.MemoryRecordStream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a power failure leaves of the records that no flush covered: each one whole, not at all, or in part, its first bytes
 * or its last, or with a wrong bit. Where the plan has no holes, nothing survives behind the first one that is not whole.
 */
final class PowerLoss implements MemoryRecordStream.CrashFate {
    private static final int SPOILED_PERCENT = 20;

    private final Simulation simulation;
    private final FaultPlan plan;
    private final SimRandom random;
    private final int keptPercent;
    private boolean holed;
    private boolean whole;

    PowerLoss(final Simulation simulation, final SimRandom random) {
        this.simulation = simulation;
        this.random = random;
        plan = simulation.plan();
        keptPercent = random.percent(30) ? 0 : random.below(100);
    }

    @Override
    public int survivingBytes(final long seq, final int length) {
        final boolean kept = random.percent(keptPercent);
        whole = holed
                ? kept && plan.holes && simulation.happens(Fault.HOLE)
                : kept || !simulation.happens(Fault.LOST_RECORD);
        if (whole) {
            return length;
        }
        holed = true;
        return plan.tornRecords && simulation.happens(Fault.TORN_RECORD) ? random.below(length) : 0;
    }

    @Override
    public void spoil(final UnsafeBuffer bytes, final int offset, final int length) {
        if (!whole || !plan.tornRecords || !random.percent(SPOILED_PERCENT)) {
            return;
        }
        if (random.percent(50)) {
            if (simulation.happens(Fault.LOST_BEGIN)) {
                holed = true;
                bytes.setMemory(offset, 1 + random.below(length - 1), (byte) 0);
            }
        } else if (simulation.happens(Fault.SPOILED_RECORD)) {
            holed = true;
            final int at = offset + random.below(length);
            bytes.putByte(at, (byte) (bytes.getByte(at) ^ 1 << random.below(8)));
            simulation.defect().onFlippedBit(bytes, offset, length);
        }
    }
}
