package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;

/** What is said of requests that are wrong in themselves, whatever the node's state; each begins with its code. */
final class Refusals {
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
        return "ERR " + name + " must be a whole number from " + least + " to " + most + ", not '"
                + request.echo(argument) + "'";
    }

    /** Of a request that was too large to be held: there are only its command word, and the lengths of the others. */
    static String oversize(final Request request, final int maxEntryBytes) {
        final Command command = Command.find(request);
        if (command == null) {
            return unknownCommand(request);
        }
        if (!command.takes(request.argumentCount())) {
            return wrongNumberOfArguments(command);
        }
        int longest = 0;
        for (int i = 1; i < request.argumentCount(); i++) {
            longest = Math.max(longest, request.argumentLength(i));
        }
        return "TOOBIG a payload of " + longest + " bytes is more than max-entry-bytes=" + maxEntryBytes;
    }
}
