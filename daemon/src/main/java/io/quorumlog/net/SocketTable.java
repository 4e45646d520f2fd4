package io.quorumlog.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The kernel's table of TCP connections (Linux, proc(5): {@code /proc/net/tcp}). It tells what no call of Java's does: how
 * often in a row something was sent to the other end without an answer. Not for the loop's thread, as it can be long.
 */
final class SocketTable {
    private static final List<Path> SYSTEM = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final String ESTABLISHED = "01";
    private static final String RETRANSMITTING = "01";
    private static final String PROBING_CLOSED_WINDOW = "04";
    private static final int FIELDS = 9;

    private final List<Path> files;

    /** The system's own; empty where there is none. */
    SocketTable() {
        this(SYSTEM);
    }

    SocketTable(final List<Path> files) {
        this.files = files;
    }

    /** One connection that waits for an answer. */
    interface Visitor {
        /**
         * @param remote the other end
         * @param isRetransmitted whether data is sent again and again; else a closed window is probed
         * @param unanswered how often in a row so far, at least 1
         */
        void onUnanswered(InetSocketAddress remote, boolean isRetransmitted, int unanswered);
    }

    /** Shows the connections of a local port that have sent something, and were not answered yet. */
    void forUnanswered(final int localPort, final Visitor visitor) throws IOException {
        for (final Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
                lines.readLine(); // the heading
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    visit(BLANKS.split(line.strip()), localPort, visitor);
                }
            } catch (NoSuchFileException e) {
                continue; // another system, or one without IPv6
            }
        }
    }

    /** Fields: number, local, remote, state, queues, timer:due, retransmissions (hexadecimal), owner, probes. */
    private static void visit(final String[] fields, final int localPort, final Visitor visitor)
            throws UnknownHostException {
        if (fields.length < FIELDS || !fields[3].equals(ESTABLISHED) || port(fields[1]) != localPort) {
            return;
        }
        final String timer = fields[5].substring(0, 2);
        final boolean isRetransmitted = timer.equals(RETRANSMITTING);
        final int unanswered = isRetransmitted
                ? Integer.parseInt(fields[6], 16)
                : timer.equals(PROBING_CLOSED_WINDOW) ? Integer.parseInt(fields[8]) : 0;
        if (unanswered > 0) {
            visitor.onUnanswered(address(fields[2]), isRetransmitted, unanswered);
        }
    }

    private static int port(final String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }

    /** Words of four bytes in the machine's order, each in hexadecimal. */
    private static InetSocketAddress address(final String text) throws UnknownHostException {
        final int end = text.indexOf(':');
        final ByteBuffer bytes = ByteBuffer.allocate(end / 2).order(ByteOrder.nativeOrder());
        for (int i = 0; i < end; i += 8) {
            bytes.putInt(Integer.parseUnsignedInt(text.substring(i, i + 8), 16));
        }
        return new InetSocketAddress(InetAddress.getByAddress(bytes.array()), port(text));
    }
}
