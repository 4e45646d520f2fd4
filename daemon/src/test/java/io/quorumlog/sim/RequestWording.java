package io.quorumlog.sim;

import io.quorumlog.sim.invariant.ClientRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** How a client says what it asks: in arrays or in lines, in upper or lower case. */
final class RequestWording {
    /** Entries that a READ shows at most if it does not say how many. */
    static final int USUAL_COUNT = 100;

    private final SimRandom random;

    RequestWording(final SimRandom random) {
        this.random = random;
    }

    /** The request as bytes; what can be said in several ways is said in one of them. */
    byte[] bytes(final ClientRequest request) {
        final String argument = Long.toString(request.argument());
        return switch (request.kind()) {
            case APPEND -> command("APPEND", request.payload());
            case APPENDIF -> command("appendif", ascii(argument), request.payload());
            case LAST -> random.percent(50) ? ascii("last\r\n") : command("LAST");
            case READ -> read(request);
            case TAIL -> command("TAIL", ascii(argument));
            case TRANSFER -> ascii("TRANSFER " + argument + "\n");
            case OTHER -> ascii(random.percent(50) ? "PING\r\n" : "STATUS\r\n");
        };
    }

    /** Blocks, or says how many. */
    private byte[] read(final ClientRequest request) {
        final String from = Long.toString(request.argument());
        if (request.count() == USUAL_COUNT) {
            return command("READ", ascii(from), ascii("BLOCK"), ascii("" + random.between(1, 500)));
        }
        return command("READ", ascii(from), ascii("COUNT"), ascii("" + request.count()));
    }

    private static byte[] command(final String name, final byte[]... arguments) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ascii("*" + (1 + arguments.length) + "\r\n$" + name.length() + "\r\n" + name + "\r\n"));
        for (final byte[] argument : arguments) {
            bytes.writeBytes(ascii("$" + argument.length + "\r\n"));
            bytes.writeBytes(argument);
            bytes.writeBytes(ascii("\r\n"));
        }
        return bytes.toByteArray();
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
