package io.quorumlog.node;

/**
 * What SIGTERM and SIGINT bring about: the node stops, and the process ends with status 0. It is made before there is a
 * node, as the first thing that the process does: until then the JVM answers the signal by itself, with another status. Its
 * own thread, which the JVM starts; a class of its own and no lambda, because the first lambda costs more than all of this.
 */
final class StopSignal extends Thread {
    private Node node; // guarded by this

    private StopSignal() {
        super("shutdown");
    }

    /** Answers the signals from now on. */
    static StopSignal install() {
        final StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal);
        return signal;
    }

    /** There is something to be stopped from now on. */
    synchronized void stops(final Node started) {
        node = started;
    }

    /** Leaves the signals to the JVM, whose status says that the process was stopped: there will be no node. */
    void uninstall() {
        Runtime.getRuntime().removeShutdownHook(this);
    }

    private synchronized Node node() {
        return node;
    }

    /** Ends the process itself, for else its status would be the signal's. */
    @Override
    public void run() {
        final Node running = node();
        if (running == null) {
            // Nothing has been opened or said yet.
            Runtime.getRuntime().halt(ProcessEnd.STOPPED);
        } else {
            running.stop();
        }
    }
}
