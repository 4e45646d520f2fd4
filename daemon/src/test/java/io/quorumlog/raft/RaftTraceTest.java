package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Scenarios as files: blocks of commands, a line of dashes, and all that the cores then did, in order. With
 * {@code -Dtraces=rewrite} the files are written anew from what happens; they are to be read line by line before they are
 * committed, for a trace is right because somebody has read it.
 *
 * <p>Commands are {@link CoreFixture}'s; {@code puppets 3 term=4 1 1 4} makes member 1 with that log and two that only the
 * trace speaks for; {@code load 2 term=4 1 1 4} fills a disk, {@code start 2} brings it up; {@code show} prints each member.
 */
class RaftTraceTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "raft");
    private static final String SEPARATOR = "----";

    @TestFactory
    Stream<DynamicTest> traces() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList().stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> replay(file)));
        }
    }

    private static void replay(final Path file) throws IOException {
        final List<String> lines = Files.readAllLines(file);
        final List<String> happened = new Player().play(lines);
        if ("rewrite".equals(System.getProperty("traces"))) {
            Files.write(file, happened);
        } else {
            assertEquals(String.join("\n", lines), String.join("\n", happened));
        }
    }

    /** Plays a file's commands, and writes the file as it should be. */
    private static final class Player {
        private final List<String> output = new ArrayList<>();
        private CoreFixture fixture;

        List<String> play(final List<String> lines) {
            boolean expectation = false;
            for (final String line : lines) {
                if (line.equals(SEPARATOR)) {
                    expectation = true;
                    output.add(SEPARATOR);
                    output.addAll(fixture.takeEvents());
                } else if (line.isBlank()) {
                    expectation = false;
                    output.add("");
                } else if (!expectation) {
                    output.add(line);
                    if (!line.startsWith("#")) {
                        command(line.split(" "));
                    }
                }
            }
            return output;
        }

        private void command(final String[] words) {
            switch (words[0]) {
                case "cluster" -> fixture = CoreFixture.cluster(Integer.parseInt(words[1]));
                case "down" -> fixture = CoreFixture.down(Integer.parseInt(words[1]));
                case "puppets" ->
                    fixture = CoreFixture.puppets(Integer.parseInt(words[1]), named(words, "term"), terms(words, 3));
                case "load" ->
                    fixture.load(
                            member(words, 1), named(words, "term"), (int) named(words, "votedFor"), terms(words, 4));
                case "start" -> fixture.start(member(words, 1));
                case "restart" -> fixture.restart(member(words, 1));
                case "crash" -> fixture.crash(member(words, 1));
                case "flush" -> {
                    if (words.length == 3) {
                        fixture.flushTo(member(words, 1), Long.parseLong(words[2].substring(1)));
                    } else {
                        fixture.flush(member(words, 1));
                    }
                }
                case "deliver" -> fixture.deliver(member(words, 1), member(words, 2));
                case "drop" -> fixture.drop(member(words, 1), member(words, 2));
                case "cut" -> fixture.cut(member(words, 1), member(words, 2));
                case "heal" -> fixture.heal(member(words, 1), member(words, 2));
                case "isolate" -> fixture.isolate(member(words, 1));
                case "unmute" -> fixture.unmute();
                case "timeout" -> fixture.timeout(member(words, 1));
                case "advance" -> fixture.advance(Long.parseLong(words[1]));
                case "fire" -> fixture.fire(member(words, 1));
                case "settle" -> fixture.settle();
                case "run" -> fixture.run(Long.parseLong(words[1]));
                case "elect" -> fixture.elect(member(words, 1));
                case "quietly" -> {
                    command(Arrays.copyOfRange(words, 1, words.length));
                    fixture.takeEvents();
                }
                case "propose" -> fixture.propose(member(words, 1), words[2]);
                case "read" -> fixture.read(member(words, 1));
                case "transfer" -> fixture.transfer(member(words, 1), member(words, 2));
                case "receive" -> fixture.receive(member(words, 1), frame(words));
                case "show" -> fixture.show();
                default -> throw new IllegalArgumentException("no command: " + String.join(" ", words));
            }
        }

        private static byte[] frame(final String[] words) {
            final int from = (int) named(words, "from");
            final long term = named(words, "term");
            return switch (words[2]) {
                case "VoteRequest" -> Messages.voteRequest(from, term, index(words, "last"), term(words, "last"));
                case "PreVoteRequest" -> Messages.preVoteRequest(from, term, index(words, "last"), term(words, "last"));
                case "VoteReply" -> Messages.voteReply(from, term, words[words.length - 1].equals("granted"));
                case "AppendEntries" ->
                    Messages.appendEntries(
                            from,
                            term,
                            index(words, "prev"),
                            term(words, "prev"),
                            named(words, "commit"),
                            entries(words));
                case "AppendReply" -> Messages.appendReply(from, term, named(words, "match"), named(words, "round"));
                default -> throw new IllegalArgumentException("no message: " + words[2]);
            };
        }

        private static long[] entries(final String[] words) {
            final String text = value(words, "entries");
            return text.isEmpty()
                    ? new long[0]
                    : Stream.of(text.split(","))
                            .mapToLong(entry -> Long.parseLong(entry.substring(entry.indexOf('@') + 1)))
                            .toArray();
        }

        private static int member(final String[] words, final int at) {
            return Integer.parseInt(words[at]);
        }

        private static long[] terms(final String[] words, final int from) {
            return Arrays.stream(words).skip(from).mapToLong(Long::parseLong).toArray();
        }

        private static long index(final String[] words, final String name) {
            return Long.parseLong(value(words, name).split("@")[0]);
        }

        private static long term(final String[] words, final String name) {
            return Long.parseLong(value(words, name).split("@")[1]);
        }

        private static long named(final String[] words, final String name) {
            return Long.parseLong(value(words, name));
        }

        private static String value(final String[] words, final String name) {
            for (final String word : words) {
                if (word.startsWith(name + "=")) {
                    return word.substring(name.length() + 1);
                }
            }
            return "";
        }
    }
}
