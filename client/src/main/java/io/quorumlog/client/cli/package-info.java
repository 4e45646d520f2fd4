/**
 * The text client, {@code scripts/client}: one command from its arguments, a filter for lines of commands, or a prompt.
 *
 * <p>{@code ClientMain} decides which; {@code CommandRunner} carries out one command in all three; {@code ReplyPrinter}
 * knows how results look, to a script or to a person. Only {@code Prompt} needs JLine, so that nothing else waits for it to
 * load. Payloads are bytes from one end to the other: neither locale nor default charset has a say.
 */
package io.quorumlog.client.cli;
