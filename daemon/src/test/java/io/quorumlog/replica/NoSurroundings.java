package io.quorumlog.replica;

import io.quorumlog.raft.RoleKind;

/**
 * Says nothing of interest, and listens to nothing.
 *
 * @param connected whether all members are connected
 */
record NoSurroundings(boolean connected) implements Surroundings {
    @Override
    public boolean isConnected(final int member) {
        return connected;
    }

    @Override
    public long clientConnections() {
        return 0;
    }

    @Override
    public long flushesTotal() {
        return 0;
    }

    @Override
    public void onVoteWithheld(final int candidate, final long term, final String reason) {}

    @Override
    public void onBlanknessEnded(final long term, final int leaderId) {}

    @Override
    public void onEntryTooLarge(final int member, final long index, final int payloadBytes) {}

    @Override
    public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {
        // Nobody looks.
    }
}
