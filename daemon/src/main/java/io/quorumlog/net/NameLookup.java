package io.quorumlog.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;

/**
 * Finds the addresses of one peer's host, anew each time. Digits are understood on the spot; a name is looked up on
 * another thread, for a name server may take seconds, or hang. It is waited for only so long; then, and where the name is
 * unknown for a while, the addresses found last have to do: whoever answers there is checked by the handshake. One lookup,
 * and one thread, at a time; the loop's thread asks and collects. That the JVM remembers no answers is for the process to
 * arrange before its first lookup.
 */
final class NameLookup implements Runnable {
    private static final InetAddress[] NONE = {};

    private final String host;
    private final Resolver resolver;
    private final Executor executor;
    private final Runnable wakeup;
    private final InetAddress literal;
    private boolean isUnderWay;
    /** Whether the other thread is at it, waited for or not, or has left its answer. */
    private boolean isRunning;

    private long deadlineNs;
    /** Whether what was taken last was an answer, if only that there is no address. */
    private boolean hasAnswer;
    /** The addresses found last; null if none ever were. */
    private InetAddress[] known;
    /** Set by the other thread, taken by the loop's. */
    private volatile InetAddress[] found;

    /** The system's way from a name to addresses; a port, so that tests can let it hang. */
    @FunctionalInterface
    interface Resolver {
        /** @return at least one address */
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /**
     * @param executor runs lookups of names
     * @param wakeup wakes the loop when a lookup has ended
     */
    NameLookup(final String host, final Resolver resolver, final Executor executor, final Runnable wakeup) {
        this.host = host;
        this.resolver = resolver;
        this.executor = executor;
        this.wakeup = wakeup;
        this.literal = literalAddress(host);
        this.known = literal == null ? null : new InetAddress[] {literal};
    }

    /** The address that these digits mean; null for a name. */
    static InetAddress literalAddress(final String host) {
        boolean digitsAndDots = !host.isEmpty();
        for (int i = 0; i < host.length(); i++) {
            final char c = host.charAt(i);
            digitsAndDots &= c == '.' || c >= '0' && c <= '9';
        }
        if (!digitsAndDots && host.indexOf(':') < 0) {
            return null;
        }
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /**
     * Begins a lookup unless one is under way. One that has been given up because it hangs is waited for again, instead of
     * taking a second thread; what it has found meanwhile counts.
     */
    void begin(final long nowNs) {
        if (isUnderWay) {
            return;
        }
        isUnderWay = true;
        deadlineNs = nowNs + NetLimits.NAME_LOOKUP_NS;
        if (literal == null && !isRunning) {
            isRunning = true;
            executor.execute(this);
        }
    }

    @Override
    public void run() {
        InetAddress[] result = NONE;
        try {
            result = resolver.addresses(host);
        } catch (UnknownHostException e) {
            result = NONE;
        } finally {
            found = result;
            wakeup.run();
        }
    }

    /** Whether a lookup was begun whose result has not been taken. */
    boolean isUnderWay() {
        return isUnderWay;
    }

    /** Whether {@link #take} is to be called now: there is an answer, or it has been waited for long enough. */
    boolean isDone(final long nowNs) {
        return isUnderWay && (literal != null || found != null || nowNs - deadlineNs >= 0);
    }

    /** Until when an answer is waited for. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** The addresses found now, or else those found last, at least one; null if none ever was. Ends the lookup. */
    InetAddress[] take() {
        isUnderWay = false;
        if (literal != null) {
            return known;
        }
        final InetAddress[] result = found;
        hasAnswer = result != null;
        if (hasAnswer) {
            found = null;
            isRunning = false;
            known = result.length == 0 ? known : result;
        }
        return known;
    }

    /** Why {@link #take} gave null. */
    String failure() {
        return hasAnswer
                ? "host " + host + " has no address"
                : "no answer within " + NetLimits.NAME_LOOKUP_NS / 1_000_000 + " ms to who host " + host + " is";
    }
}
