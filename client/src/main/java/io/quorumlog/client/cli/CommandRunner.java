package io.quorumlog.client.cli;

import io.quorumlog.client.Entry;
import io.quorumlog.client.Leader;
import io.quorumlog.client.LogTail;
import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.UncertainException;
import io.quorumlog.codec.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Carries out one command and prints what came of it; the same for arguments, lines and the prompt. */
final class CommandRunner {
    /** Commands for completion and help, in the order in which help shows them. */
    static final List<String> COMMANDS = List.of(
            "append",
            "appendif",
            "read",
            "tail",
            "last",
            "status",
            "leader",
            "members",
            "transfer",
            "ping",
            "echo",
            "help",
            "quit");

    /** How many entries a read asks for if it does not say. */
    static final int DEFAULT_COUNT = 100;

    private static final int NOT_A_NUMBER = -1;
    private static final int MAX_MEMBER_ID = 65535;
    private static final int MOST_REPEATS = 5;
    private static final Duration TAIL_SLICE = Duration.ofMillis(200);

    private final QuorumLogClient client;
    private final boolean retryUncertain;

    CommandRunner(QuorumLogClient client, boolean retryUncertain) {
        this.client = client;
        this.retryUncertain = retryUncertain;
    }

    /**
     * Runs a command.
     *
     * @param words at least one; the first is the command, in any case.
     * @param stop asked while a tail runs: whether it shall end with what is committed now.
     * @throws io.quorumlog.client.QuorumLogException if it failed.
     * @throws Output.ClosedException if its result could not be written.
     */
    void run(List<byte[]> words, ReplyPrinter printer, BooleanSupplier stop) {
        int count = words.size();
        switch (command(words)) {
            case "append" -> {
                checkCount(words, count == 2);
                printer.index(append(words.get(1)));
            }
            case "appendif" -> {
                checkCount(words, count == 3);
                printer.index(client.appendIf(checkedNumber("last", words.get(1)), words.get(2)));
            }
            case "read" -> {
                boolean raw = isRaw(words);
                read(raw ? words.subList(0, count - 1) : words, raw ? printer.raw() : printer);
            }
            case "tail" -> {
                boolean raw = isRaw(words);
                checkCount(words, count == (raw ? 3 : 2));
                tail(checkedNumber("from", words.get(1)), raw ? printer.raw() : printer, stop);
            }
            case "last" -> {
                checkCount(words, count == 1);
                printer.index(client.last());
            }
            case "leader" -> {
                checkCount(words, count == 1);
                Optional<Leader> leader = client.leader();
                printer.leader(leader.orElseThrow(() -> new CommandFailure("no leader is known now")));
            }
            case "members" -> {
                checkCount(words, count == 1);
                printer.members(client.members());
            }
            case "transfer" -> {
                checkCount(words, count == 2);
                long id = checkedNumber("id", words.get(1));
                if (id > MAX_MEMBER_ID) {
                    throw new CommandFailure("id " + id + ": 1 to " + MAX_MEMBER_ID);
                }
                client.transfer((int) id);
                printer.line("OK");
            }
            case "help" -> printer.line(HelpText.COMMANDS);
            default -> other(words, printer);
        }
    }

    static String command(List<byte[]> words) {
        return new String(words.get(0), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    }

    /** What went wrong, in words for a person; one line. */
    static String inWords(RuntimeException e) {
        if (e instanceof UncertainException) {
            return e.getMessage() + "; the entry may or may not be in the log: look before you repeat it";
        }
        return e.getMessage();
    }

    private long append(byte[] payload) {
        for (int repeats = 0; ; repeats++) {
            try {
                return client.append(payload);
            } catch (UncertainException e) {
                if (!retryUncertain
                        || repeats == MOST_REPEATS
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    private void read(List<byte[]> words, ReplyPrinter printer) {
        long count = DEFAULT_COUNT;
        long blockMs = 0;
        long from = words.size() < 2 ? NOT_A_NUMBER : number(words.get(1));
        boolean understood = from >= 0 && words.size() % 2 == 0;
        for (int i = 2; understood && i < words.size(); i += 2) {
            String option = new String(words.get(i), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
            long value = number(words.get(i + 1));
            if (option.equals("count")) {
                count = value;
            } else if (option.equals("block")) {
                blockMs = value == 0 ? Long.MAX_VALUE : value;
            }
            understood = value >= 0 && (option.equals("count") || option.equals("block"));
        }
        if (understood) {
            printer.entries(client.read(from, (int) Math.min(count, Integer.MAX_VALUE), blockMs));
        } else {
            other(words, printer); // the node says what is wrong with it
        }
    }

    private void tail(long from, ReplyPrinter printer, BooleanSupplier stop) {
        OutputWatch watch = null;
        long end = Long.MAX_VALUE;
        try (LogTail tail = client.tail(from)) {
            while (tail.position() <= end) {
                Entry entry = tail.next(Duration.ZERO);
                if (entry == null) {
                    printer.flush();
                    entry = tail.next(TAIL_SLICE);
                }
                if (entry != null) {
                    printer.entry(entry);
                } else {
                    watch = watch == null ? OutputWatch.start() : watch;
                    watch.check();
                }
                if (end == Long.MAX_VALUE && stop.getAsBoolean()) {
                    end = client.last();
                }
            }
        } finally {
            if (watch != null) {
                watch.close();
            }
        }
    }

    private void other(List<byte[]> words, ReplyPrinter printer) {
        Reply reply = client.command(words.toArray(new byte[0][]));
        if (reply instanceof Reply.Failure failure) {
            throw new CommandFailure(failure.text());
        }
        boolean isText = switch (command(words)) {
            case "status", "info" -> true;
            default -> false;
        };
        if (isText && reply instanceof Reply.Bulk text) {
            printer.text(text);
        } else {
            printer.reply(reply);
        }
    }

    private static boolean isRaw(List<byte[]> words) {
        byte[] last = words.get(words.size() - 1);
        return words.size() > 2 && new String(last, StandardCharsets.UTF_8).equals("--raw");
    }

    private static void checkCount(List<byte[]> words, boolean holds) {
        if (!holds) {
            throw new CommandFailure("wrong number of arguments for '" + command(words) + "'; try help");
        }
    }

    private static long checkedNumber(String name, byte[] word) {
        long number = number(word);
        if (number < 0) {
            String seen = new String(PayloadText.escaped(word), StandardCharsets.UTF_8);
            throw new CommandFailure(name + " '" + seen + "': plain decimal digits expected");
        }
        return number;
    }

    /** Plain decimal digits as a node takes them, or {@link #NOT_A_NUMBER}. */
    private static long number(byte[] word) {
        String digits = new String(word, StandardCharsets.ISO_8859_1);
        boolean plain = digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!plain || digits.isEmpty() || (digits.length() > 1 && digits.charAt(0) == '0')) {
            return NOT_A_NUMBER;
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return NOT_A_NUMBER;
        }
    }

    /** A command failed for what was typed or for what the node answered: nothing that the library throws. */
    static final class CommandFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CommandFailure(String message) {
            super(message);
        }
    }
}
