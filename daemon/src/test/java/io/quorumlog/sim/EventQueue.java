package io.quorumlog.sim;

import java.util.Arrays;

/** What happens next: events by time and, at one time, in the order in which they were added. A binary heap. */
final class EventQueue {
    private long[] timesNs = new long[256];
    private long[] sequences = new long[256];
    private Runnable[] events = new Runnable[256];
    private int count;
    private long nextSequence;
    private long nowNs;

    /** The time of the event that runs; it never goes back. */
    long nowNs() {
        return nowNs;
    }

    /** Events that wait. */
    int size() {
        return count;
    }

    /** Adds an event; one of the past happens now. */
    void at(final long timeNs, final Runnable event) {
        if (count == events.length) {
            timesNs = Arrays.copyOf(timesNs, 2 * count);
            sequences = Arrays.copyOf(sequences, 2 * count);
            events = Arrays.copyOf(events, 2 * count);
        }
        int at = count++;
        final long time = Math.max(timeNs, nowNs);
        while (at > 0 && time < timesNs[(at - 1) / 2]) {
            move((at - 1) / 2, at);
            at = (at - 1) / 2;
        }
        timesNs[at] = time;
        sequences[at] = nextSequence++;
        events[at] = event;
    }

    /** Adds an event. */
    void after(final long delayNs, final Runnable event) {
        at(nowNs + delayNs, event);
    }

    /** Moves the clock to the next event and runs it; false if there is none. */
    boolean runNext() {
        if (count == 0) {
            return false;
        }
        nowNs = timesNs[0];
        final Runnable event = events[0];
        takeFirst();
        event.run();
        return true;
    }

    private void takeFirst() {
        final int last = --count;
        final long time = timesNs[last];
        final long sequence = sequences[last];
        final Runnable event = events[last];
        events[last] = null;
        if (last == 0) {
            return;
        }
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= last) {
                break;
            }
            if (child + 1 < last && isBefore(child + 1, timesNs[child], sequences[child])) {
                child++;
            }
            if (!isBefore(child, time, sequence)) {
                break;
            }
            move(child, at);
            at = child;
        }
        timesNs[at] = time;
        sequences[at] = sequence;
        events[at] = event;
    }

    private boolean isBefore(final int at, final long timeNs, final long sequence) {
        return timesNs[at] < timeNs || timesNs[at] == timeNs && sequences[at] < sequence;
    }

    private void move(final int from, final int to) {
        timesNs[to] = timesNs[from];
        sequences[to] = sequences[from];
        events[to] = events[from];
    }
}
