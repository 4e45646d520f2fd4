package io.quorumlog.client.cli;

import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.QuorumLogException;
import io.quorumlog.codec.resp.Request;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Each line of the input is a command; results in the lines' order.
 *
 * <p>A thread of its own reads the lines and hands appends to the client at once, so that many are in flight; the caller's
 * thread takes their results, and runs all other commands, each when everything before it is done and before anything
 * behind it is begun. What is read ahead is bounded by the client's room for appends and by the queue. (The roles are this
 * way round so that the program can end while a read of the input never returns.)
 */
final class Filter {
    /**
     * Appends in flight: enough to keep a cluster busy whatever its latency, and so few that a slow one answers each of them
     * in time.
     */
    private static final int MOST_AHEAD = 2048;

    private final QuorumLogClient client;
    private final CommandRunner runner;
    private final boolean pipelined;
    private final ReplyPrinter printer;
    private final ErrorLines errors;
    private final BlockingQueue<Step> steps = new ArrayBlockingQueue<>(MOST_AHEAD);
    private volatile boolean ended;

    /** What a line asked for. */
    private static final class Step {
        final long lineNumber;
        final List<byte[]> words; // null for an append under way, and at the end
        final CompletableFuture<Long> append;
        final CompletableFuture<Void> done = new CompletableFuture<>();
        final String trouble;
        volatile boolean tailMustEnd;

        Step(long lineNumber, List<byte[]> words, CompletableFuture<Long> append, String trouble) {
            this.lineNumber = lineNumber;
            this.words = words;
            this.append = append;
            this.trouble = trouble;
        }

        boolean isEnd() {
            return words == null && append == null && trouble == null;
        }
    }

    /** @param pipelined whether appends go out before those before them are done. */
    Filter(QuorumLogClient client, CommandRunner runner, boolean pipelined, ReplyPrinter printer, ErrorLines errors) {
        this.client = client;
        this.runner = runner;
        this.pipelined = pipelined;
        this.printer = printer;
        this.errors = errors;
    }

    /** @return whether every command succeeded. */
    boolean run(InputStream in) {
        Thread reader = new Thread(() -> readLines(new LineInput(in)), "quorumlog-input");
        reader.setDaemon(true);
        reader.start();
        boolean all = true;
        try {
            while (true) {
                Step step = steps.poll();
                if (step == null) {
                    printer.flush();
                    step = steps.take();
                }
                if (step.isEnd()) {
                    printer.flush();
                    return all;
                }
                all &= carryOut(step);
                step.done.complete(null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            ended = true;
        }
    }

    private boolean carryOut(Step step) throws InterruptedException {
        try {
            if (step.trouble != null) {
                throw new CommandRunner.CommandFailure(step.trouble);
            }
            if (step.append != null) {
                printer.index(index(step.append));
            } else {
                runner.run(step.words, printer, () -> step.tailMustEnd);
            }
            return true;
        } catch (QuorumLogException | CommandRunner.CommandFailure e) {
            printer.flush();
            errors.line("line " + step.lineNumber + ": " + CommandRunner.inWords(e));
            return false;
        }
    }

    private long index(CompletableFuture<Long> append) throws InterruptedException {
        if (!append.isDone()) {
            printer.flush();
        }
        try {
            return append.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QuorumLogException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    // The reader's thread.

    private void readLines(LineInput lines) {
        long lineNumber = 0;
        Step last = null;
        try {
            for (byte[] line = lines.next(); line != null && !ended; line = lines.next()) {
                lineNumber++;
                List<byte[]> words = words(line);
                if (words.isEmpty() && line != LineInput.TOO_LONG) {
                    continue;
                }
                finish(last);
                if (!words.isEmpty() && isQuit(words)) {
                    last = null;
                    break;
                }
                last = step(lineNumber, line, words);
                steps.put(last);
            }
            finish(last);
            steps.put(new Step(lineNumber, null, null, null));
        } catch (IOException e) {
            end(new Step(lineNumber, null, null, "can't read the input: " + e.getMessage()));
        } catch (OutOfMemoryError e) {
            end(new Step(lineNumber, null, null, "there is no memory for this line"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(Step trouble) {
        try {
            steps.put(trouble);
            steps.put(new Step(trouble.lineNumber, null, null, null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nothing is begun before a command that is no append is done; a tail ends at the next line. */
    private static void finish(Step step) {
        if (step != null && step.words != null) {
            step.tailMustEnd = true;
            step.done.join();
        }
    }

    private Step step(long lineNumber, byte[] line, List<byte[]> words) {
        if (line == LineInput.TOO_LONG) {
            return new Step(lineNumber, null, null, "longer than " + LineInput.MAX_LINE_BYTES + " bytes");
        }
        if (pipelined && words.size() == 2 && CommandRunner.command(words).equals("append")) {
            try {
                return new Step(lineNumber, null, client.appendAsync(words.get(1)), null);
            } catch (QuorumLogException e) {
                return new Step(lineNumber, null, CompletableFuture.failedFuture(e), null);
            }
        }
        return new Step(lineNumber, words, null, null);
    }

    private static boolean isQuit(List<byte[]> words) {
        String command = CommandRunner.command(words);
        return words.size() == 1 && (command.equals("quit") || command.equals("exit"));
    }

    static List<byte[]> words(byte[] line) {
        Request request = Request.ofLine(line);
        List<byte[]> words = new ArrayList<>(request.argumentCount());
        for (int i = 0; i < request.argumentCount(); i++) {
            words.add(request.argumentBytes(i));
        }
        return words;
    }
}
