package io.quorumlog.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Resolves names with a deadline, which Java can't: the question is asked on a thread of its own, at most one a name, and
 * whoever waits for the answer stops waiting in time. Nothing is remembered but questions still open.
 */
final class NameResolver {
    private static final Map<String, CompletableFuture<InetAddress[]>> OPEN_QUESTIONS = new ConcurrentHashMap<>();

    private NameResolver() {}

    /** All addresses of a server, in the system's order. */
    static InetAddress[] resolve(ServerAddress server, long deadlineNs) throws IOException {
        if (server.isLiteral()) {
            return new InetAddress[] {InetAddress.getByName(server.host())};
        }
        CompletableFuture<InetAddress[]> answer = OPEN_QUESTIONS.computeIfAbsent(server.host(), NameResolver::ask);
        try {
            return answer.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("name not resolved in time");
        } catch (ExecutionException e) {
            throw new UnknownHostException("unknown host");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private static CompletableFuture<InetAddress[]> ask(String host) {
        CompletableFuture<InetAddress[]> answer = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        answer.complete(InetAddress.getAllByName(host));
                    } catch (UnknownHostException | RuntimeException e) {
                        answer.completeExceptionally(e);
                    } finally {
                        OPEN_QUESTIONS.remove(host);
                    }
                },
                "quorumlog-resolve-" + host);
        thread.setDaemon(true);
        thread.start();
        return answer;
    }
}
