package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;

/** What is said of requests that are wrong in themselves, whatever the node's state; each begins with its code. */
final class Refusals {
    /** Digits of the largest number; no argument that is none but a payload is longer, if it is right. */
    private static final int LONGEST_NUMBER = 19;

    private Refusals() {}

    /** In these words: client libraries look for them. */
    static String unknownCommand(final Request request) {
        return "ERR unknown command '" + request.echo(0) + "'";
    }

    static String wrongNumberOfArguments(final Command command) {
        return "ERR wrong number of arguments for '" + command.lowerCaseName() + "'";
    }

    static String notInRange(
            final String name, final Request request, final int argument, final long least, final long most) {
        if (request.hasLeadingZero(argument)) {
            return "ERR " + name + " must be a whole number without leading zeros, not '" + request.echo(argument)
                    + "'";
        }
        return "ERR " + name + " must be a whole number from " + least + " to " + most + ", not '"
                + request.echo(argument) + "'";
    }

    /**
     * Of a request that was too large to be held: there are only its command word, and the lengths of the others.
     *
     * @param maxRequestBytes what can be held
     */
    static String oversize(final Request request, final int maxEntryBytes, final int maxRequestBytes) {
        final Command command = Command.find(request);
        if (command == null) {
            return unknownCommand(request);
        }
        if (!command.takes(request.argumentCount())) {
            return wrongNumberOfArguments(command);
        }
        final int payload = command.payloadArgument();
        int longest = 1;
        for (int i = 1; i < request.argumentCount(); i++) {
            final boolean isLonger = request.argumentLength(i) > request.argumentLength(longest);
            longest = i != payload && (longest == payload || isLonger) ? i : longest;
        }
        if (payload != 0 && (longest == payload || request.argumentLength(longest) <= LONGEST_NUMBER)) {
            return "TOOBIG a payload of " + request.argumentLength(payload) + " bytes is more than max-entry-bytes="
                    + maxEntryBytes;
        }
        if (payload == 0 && request.argumentLength(longest) <= maxRequestBytes) {
            return "ERR the arguments of '" + command.lowerCaseName() + "' are too long: " + argumentBytes(request)
                    + " bytes together; at most " + maxRequestBytes + " are read, with their headers";
        }
        return "ERR " + command.argumentName(longest) + " is too long: " + request.argumentLength(longest) + " bytes";
    }

    private static long argumentBytes(final Request request) {
        long bytes = 0;
        for (int i = 1; i < request.argumentCount(); i++) {
            bytes += request.argumentLength(i);
        }
        return bytes;
    }
}
