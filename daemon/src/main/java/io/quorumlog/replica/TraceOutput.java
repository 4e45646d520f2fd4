package io.quorumlog.replica;

/** Where a trace of the core's actions goes. One thread; the calls do not fail: what goes wrong ends the trace, not the node. */
public interface TraceOutput {
    /**
     * Takes whole lines, each ended by a line feed, in ASCII. Called before what they speak of can leave the process, so that
     * no member ever hears of what the trace does not tell.
     *
     * @param lines valid during the call, from its first byte on
     */
    void write(byte[] lines, int length);
}
