package io.quorumlog.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;

/**
 * Finds the addresses of one peer's host, anew each time. Digits are understood on the spot; a name is looked up on
 * another thread, for a name server may take seconds. One lookup at a time; the loop's thread asks and collects. That the
 * JVM remembers no answers is for the process to arrange before its first lookup.
 */
final class NameLookup implements Runnable {
    private static final InetAddress[] NONE = {};

    private final String host;
    private final Executor executor;
    private final Runnable wakeup;
    private final InetAddress literal;
    private boolean isUnderWay;
    /** Set by the other thread, taken by the loop's. */
    private volatile InetAddress[] found;

    /**
     * @param executor runs lookups of names
     * @param wakeup wakes the loop when a lookup has ended
     */
    NameLookup(final String host, final Executor executor, final Runnable wakeup) {
        this.host = host;
        this.executor = executor;
        this.wakeup = wakeup;
        this.literal = literalAddress(host);
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

    /** Begins a lookup unless one is under way. */
    void begin() {
        if (isUnderWay) {
            return;
        }
        isUnderWay = true;
        found = null;
        if (literal != null) {
            found = new InetAddress[] {literal};
        } else {
            executor.execute(this);
        }
    }

    @Override
    public void run() {
        InetAddress[] result = NONE;
        try {
            result = InetAddress.getAllByName(host);
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

    /** Whether {@link #take} has something to give. */
    boolean isDone() {
        return isUnderWay && found != null;
    }

    /** The addresses found, at least one, or null if the name has none; ends the lookup. */
    InetAddress[] take() {
        final InetAddress[] result = found;
        isUnderWay = false;
        found = null;
        return result.length == 0 ? null : result;
    }
}
