package io.quorumlog.sim;

import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.sim.invariant.ClientRequest;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What happened: the last lines, and a hash over all that ever were, which is the same for two runs only if they were the
 * same. Lines become text when somebody reads them.
 * Where it is asked for, each is printed at once.
 */
final class Trace {
    private static final int KEPT = 50;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
    private static final FrameReader READER = new FrameReader(new PeerLimits(LogRecord.MAX_PAYLOAD_BYTES));

    /** @param detail a text, a request, a reply, or a frame */
    private record Line(
            long step, long timeNs, int member, String what, int peer, long index, long term, Object detail) {
        @Override
        public String toString() {
            final String text = String.format("%8d %,15d  %d %s", step, timeNs, member, what);
            return text
                    + (peer == 0 ? "" : " " + peer)
                    + (term == 0 ? "" : " " + index + "@" + term)
                    + (detail == null ? "" : " " + describe(detail));
        }

        private static String describe(final Object detail) {
            if (!(detail instanceof byte[] frame)) {
                return detail.toString();
            }
            try {
                final PeerMessage message = READER.message(new UnsafeBuffer(frame), 0, frame.length);
                return message == null ? "unknown frame" : message.toString();
            } catch (final RuntimeException e) {
                return e.toString();
            }
        }
    }

    private final Line[] lines = new Line[KEPT];
    private long count;
    private long hash;
    private PrintStream printer;

    /** Prints what is added from now on. */
    void printTo(final PrintStream stream) {
        printer = stream;
    }

    /**
     * Adds a line.
     *
     * @param member whose line it is; 0 for the world's
     * @param peer another member, or a client; 0 for none
     * @param index of an entry
     * @param term of an entry; 0 for none
     * @param detail a {@code String}, a request, a reply, a frame's bytes, or null
     */
    void line(
            final long step,
            final long timeNs,
            final int member,
            final String what,
            final int peer,
            final long index,
            final long term,
            final Object detail) {
        final Line line = new Line(step, timeNs, member, what, peer, index, term, detail);
        lines[(int) (count++ % KEPT)] = line;
        mix(timeNs);
        mix(what.hashCode());
        mix((long) member << 32 | peer);
        mix(index);
        mix(term);
        mix(hashOf(detail));
        if (printer != null) {
            printer.println(line);
        }
    }

    /** Of what hashes by content; a request has its number. */
    private static long hashOf(final Object detail) {
        if (detail instanceof byte[] frame) {
            return Arrays.hashCode(frame);
        }
        if (detail instanceof ClientRequest request) {
            return request.number();
        }
        return detail == null ? 0 : detail.hashCode();
    }

    private void mix(final long value) {
        hash = Long.rotateLeft(hash ^ value * MULTIPLIER, 23) * MULTIPLIER;
    }

    /** Over all lines. */
    long hash() {
        return hash;
    }

    /** The last lines, oldest first. */
    List<String> lastLines() {
        final List<String> texts = new ArrayList<>();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            texts.add(lines[(int) (i % KEPT)].toString());
        }
        return texts;
    }
}
