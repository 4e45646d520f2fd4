package io.quorumlog.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client and its connection: offers bytes as a connection does, from another place each time, and scribbles over them
 * afterwards, so that a session that keeps a view of its input is found out.
 */
final class FakeClient {
    private static final String CR_LF = "\r\n";

    final FakeOutput output = new FakeOutput();
    final ClientSession session;
    private final Sessions sessions;
    private byte[] unconsumed = new byte[0];
    private int shift;

    FakeClient(final Sessions sessions) {
        this.sessions = sessions;
        this.session = sessions.open(output);
        output.whenReady = this::offer;
    }

    static Sessions sessions(final ReplicatedLog log) {
        return new Sessions(log, new SessionSettings(1024 * 1024, 600 * FakeLog.MS));
    }

    /** A request as an array of bulk strings, Latin-1. */
    static String request(final String... arguments) {
        final StringBuilder text = new StringBuilder("*" + arguments.length + CR_LF);
        for (final String argument : arguments) {
            text.append('$')
                    .append(argument.length())
                    .append(CR_LF)
                    .append(argument)
                    .append(CR_LF);
        }
        return text.toString();
    }

    /** An entry as READ and TAIL show it. */
    static String entry(final long index, final long term, final String payload) {
        return "*4\r\n:" + index + "\r\n:" + term + "\r\n:" + (FakeLog.TIMESTAMP_MS + index) + "\r\n$"
                + payload.length() + CR_LF + payload + CR_LF;
    }

    /** Sends lines, each an inline command. */
    FakeClient line(final String... lines) {
        for (final String line : lines) {
            send(line + CR_LF);
        }
        return this;
    }

    FakeClient send(final String latin1) {
        final byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        final int length = unconsumed.length;
        unconsumed = Arrays.copyOf(unconsumed, length + bytes.length);
        System.arraycopy(bytes, 0, unconsumed, length, bytes.length);
        offer();
        return this;
    }

    /** Offers what is unconsumed, as long as something of it is consumed. */
    void offer() {
        int consumed = 1;
        while (consumed > 0 && unconsumed.length > 0 && !session.isFinished()) {
            shift = (shift + 3) % 11;
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[shift + unconsumed.length]);
            buffer.putBytes(shift, unconsumed);
            consumed = session.onInput(buffer, shift, buffer.capacity());
            buffer.setMemory(0, buffer.capacity(), (byte) 'x');
            unconsumed = Arrays.copyOfRange(unconsumed, consumed, unconsumed.length);
        }
    }

    /** The client shuts its sending side. */
    FakeClient end() {
        session.onEndOfInput();
        offer();
        return this;
    }

    /** The end of a turn of the loop. */
    FakeClient turn() {
        sessions.onProgress();
        return this;
    }

    /** What was answered since the last call; the socket then has room again. */
    String replies() {
        final String replies = output.drain();
        session.onProgress();
        offer();
        return replies;
    }

    /** All replies until no more come. */
    String allReplies() {
        final StringBuilder all = new StringBuilder();
        for (String some = replies(); !some.isEmpty(); some = replies()) {
            all.append(some);
        }
        return all.toString();
    }

    int unconsumedBytes() {
        return unconsumed.length;
    }
}
