package io.quorumlog.sim;

import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.replica.PeerTransport;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What one member sends to others by: each frame is an effect that a crash may come before, seen by the invariants. */
final class SimTransport implements PeerTransport {
    private final Simulation simulation;
    private final SimNode node;
    private final FrameReader reader;
    private final UnsafeBuffer claimed;
    private int claimedFor;

    SimTransport(final Simulation simulation, final SimNode node, final PeerLimits limits) {
        this.simulation = simulation;
        this.node = node;
        reader = new FrameReader(limits);
        claimed = new UnsafeBuffer(new byte[limits.maxFrameBytes()]);
    }

    @Override
    public MutableDirectBuffer claim(final int member, final int maxLength) {
        claimedFor = member;
        return simulation.network().takesFrame(node.id(), member) ? claimed : null;
    }

    @Override
    public int claimedOffset() {
        return 0;
    }

    @Override
    public void commit(final int length) {
        if (length == 0) {
            return;
        }
        node.onEffect();
        final byte[] frame = new byte[length];
        claimed.getBytes(0, frame);
        simulation.trace(node.id(), "sends to", claimedFor, 0, 0, frame);
        final UnsafeBuffer view = new UnsafeBuffer(frame);
        simulation
                .invariants()
                .onSend(node.id(), claimedFor, reader.message(view, 0, reader.frameLength(view, 0, length)));
        simulation.defect().onSend(node, claimedFor, frame);
        simulation.network().send(node.id(), claimedFor, frame);
    }
}
