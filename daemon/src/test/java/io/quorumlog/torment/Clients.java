package io.quorumlog.torment;

import io.quorumlog.process.ProcessCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All clients of a run, a thread each, from construction to {@link #close}. */
final class Clients implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean isEnding;

    Clients(final TormentPlan plan, final ProcessCluster cluster, final History history) {
        int number = 0;
        for (final ClientPlan each : plan.rawClients) {
            number++;
            start(number, new RawClient(number, each, cluster, history, () -> isEnding, plan.seed + number));
        }
        for (final ClientPlan each : plan.libraryClients) {
            number++;
            start(
                    number,
                    new LibraryClient(number, each, cluster.servers(), history, () -> isEnding, plan.seed + number));
        }
    }

    private void start(final int number, final Runnable client) {
        final Thread thread = new Thread(
                () -> {
                    try {
                        client.run();
                    } catch (final Throwable t) {
                        failures.add(t);
                    }
                },
                "client-" + number);
        threads.add(thread);
        thread.start();
    }

    /** What ended a client that should not have ended, whatever it met with. */
    List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /** Ends them, and waits until the last answer has come or is not waited for any more. */
    @Override
    public void close() {
        isEnding = true;
        for (final Thread thread : threads) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
