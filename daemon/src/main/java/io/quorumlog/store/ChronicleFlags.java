package io.quorumlog.store;

import net.openhft.posix.PosixAPI;

/**
 * What keeps Chronicle from doing what a database must not do: calling home, printing banners, running threads of its own. It
 * counts only if set before the first Chronicle class is loaded.
 */
public final class ChronicleFlags {
    private ChronicleFlags() {}

    /** The first thing that a process does; again is no harm. The command line may set some of it otherwise. */
    public static void apply() {
        // An HTTP client thread, and identification files in the home directory.
        preset("chronicle.analytics.disable", "true");
        preset("chronicle.announcer.disable", "true");
        // Unmaps and closes in the calling thread, at once, rather than on a thread, sometime.
        preset("background.releaser", "false");
        // A thread that only logs, and needs a library that is not there; we reserve what we are going to write.
        System.setProperty("chronicle.disk.monitor.disable", "true");
        // With it Chronicle would ask the kernel to write what it unmaps, sometime, which Linux does anyway, and
        // generate many classes for that at each start. What must be on the disk we flush ourselves.
        PosixAPI.useNoOpPosixApi();
    }

    private static void preset(final String name, final String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
