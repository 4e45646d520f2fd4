package io.quorumlog.store;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.nio.file.Path;
import net.openhft.posix.PosixAPI;

/**
 * What the page cache holds of the log: its newest 2 GiB, which is what readers that are a little behind want, and not all of
 * it. What is older is let go as the log grows ({@code posix_fadvise}, POSIX_FADV_DONTNEED), so that it takes no memory
 * from others and its pages are those that the next entries are written to. A page that is new to a virtual machine, because
 * its host had taken it back, costs many times as much, and a log that grows needs another all the time.
 *
 * <p>Advice: nothing depends on it, and nothing fails with it. The flush thread's.
 */
final class CachedPages implements AutoCloseable {
    /** So much of the newest log is left to the kernel's own judgement. */
    static final long KEPT_BYTES = 2048L * StoreLayout.MIB;

    /** Let go at a time: some 0.05 ms. */
    static final long PORTION_BYTES = StoreLayout.MIB;

    // Of Linux: POSIX_FADV_DONTNEED, O_RDONLY.
    private static final int DO_NOT_NEED = 4;
    private static final int OPEN_READ_ONLY = 0;
    private static final int NONE = -1;

    private final Path directory;
    private final long keptBytes;
    private int file;
    private long letGoTo;
    private int descriptor = NONE;

    /**
     * @param file the newest file; what is in the page cache of older ones stays
     * @param keptBytes how much of the log is not let go
     */
    CachedPages(final Path directory, final int file, final long keptBytes) {
        this.directory = directory;
        this.file = file;
        this.keptBytes = keptBytes;
    }

    /** Lets go of what is too far behind the end of the log now. */
    void letGo(final int currentFile, final long end) {
        while (file < currentFile && behind(currentFile, end) >= keptBytes + PORTION_BYTES) {
            letGoTo += PORTION_BYTES;
            final boolean isWhole = letGoTo >= StoreLayout.FILE_BYTES;
            // From the start each time: what was still being written to the disk was not let go.
            adviseUpTo(isWhole ? 0 : letGoTo);
            if (isWhole) {
                close();
                file++;
                letGoTo = 0;
            }
        }
    }

    /** By files that are full; those left before they were are shorter, and a little more is let go. */
    private long behind(final int currentFile, final long end) {
        return (long) (currentFile - file) * StoreLayout.FILE_BYTES + end - letGoTo;
    }

    /** To the file's end for 0. */
    private void adviseUpTo(final long length) {
        if (descriptor == NONE) {
            descriptor = PosixAPI.posix()
                    .open(directory.resolve(FileCycle.fileName(file)).toString(), OPEN_READ_ONLY, 0);
        }
        if (descriptor >= 0) {
            Fadvise.call(descriptor, length);
        }
    }

    @Override
    public void close() {
        if (descriptor >= 0) {
            PosixAPI.posix().close(descriptor);
        }
        descriptor = NONE;
    }

    /** The system's function, which PosixAPI has not; looked up when it is first needed, not at a node's start. */
    private static final class Fadvise {
        private static final long FUNCTION = Library.getDefault().getSymbolAddress("posix_fadvise");
        private static final CallContext SIGNATURE = CallContext.getCallContext(
                Type.SINT,
                new Type[] {Type.SINT, Type.SINT64, Type.SINT64, Type.SINT},
                CallingConvention.DEFAULT,
                false);

        static void call(final int descriptor, final long length) {
            if (FUNCTION != 0) {
                Invoker.getInstance().invokeN4(SIGNATURE, FUNCTION, descriptor, 0, length, DO_NOT_NEED);
            }
        }
    }
}
