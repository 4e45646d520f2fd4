package io.quorumlog.store;

import net.openhft.posix.internal.PosixAPIHolder;

/**
 * The system properties that keep Chronicle from doing what a database must not do: calling home, printing banners,
 * running threads of its own. They count only if set before the first Chronicle class is loaded.
 */
public final class ChronicleFlags {
    private ChronicleFlags() {}

    /** Sets the properties that the command line has not set. The first thing that a process does; again is no harm. */
    public static void apply() {
        // An HTTP client thread, and identification files in the home directory.
        preset("chronicle.analytics.disable", "true");
        preset("chronicle.announcer.disable", "true");
        // A thread that only logs; we reserve what we are going to write.
        preset("chronicle.disk.monitor.disable", "true");
        // Unmaps and closes in the calling thread, at once, rather than on a thread, sometime.
        preset("background.releaser", "false");
        // It would ask the kernel to write what it unmaps, sometime, which Linux does anyway, and generate a library's
        // worth of
        // classes at each start for that. What must be on the disk we flush, and what we ask of the system goes by
        // LibC.
        PosixAPIHolder.useNoOpPosixApi();
    }

    private static void preset(final String name, final String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
