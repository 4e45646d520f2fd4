package io.quorumlog.sim;

/** Which members reach each other when not all do; places are 0 to {@code members - 1}, whoever stands there. */
enum Shape {
    BRIDGE(Fault.BRIDGE) {
        @Override
        boolean joins(final int one, final int other, final int members) {
            final int middle = members / 2;
            return one == middle || other == middle || one < middle == other < middle;
        }
    },
    RING(Fault.RING) {
        @Override
        boolean joins(final int one, final int other, final int members) {
            final int distance = Math.abs(one - other);
            return distance == 1 || distance == members - 1;
        }
    },
    STAR(Fault.STAR) {
        @Override
        boolean joins(final int one, final int other, final int members) {
            return one == 0 || other == 0;
        }
    };

    private final Fault fault;

    Shape(final Fault fault) {
        this.fault = fault;
    }

    /** As what it is counted. */
    Fault fault() {
        return fault;
    }

    /** Whether those at two places reach each other. */
    abstract boolean joins(int one, int other, int members);
}
