package io.quorumlog.store;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import java.nio.file.Path;
import net.openhft.posix.PosixAPI;

/**
 * A file about which the kernel is told what its page cache should hold ({@code posix_fadvise}). Advice: nothing depends on
 * it, and nothing fails with it, not even where there is no such file or no such function. The file is opened with the
 * first advice. One thread.
 */
final class AdvisedFile implements AutoCloseable {
    // Of Linux: POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED, O_RDONLY.
    private static final int WILL_NEED = 3;
    private static final int DO_NOT_NEED = 4;
    private static final int OPEN_READ_ONLY = 0;
    private static final int NONE = -1;

    private final Path path;
    private int descriptor = NONE;
    private boolean isOpened;

    AdvisedFile(final Path path) {
        this.path = path;
    }

    /** Starts to read what is not in the page cache, and does not wait for the data. */
    void willNeed(final long from, final long length) {
        advise(from, length, WILL_NEED);
    }

    /**
     * Lets go of what the page cache holds, but for what still has to be written to the disk.
     *
     * @param length to the file's end for 0
     */
    void doNotNeed(final long from, final long length) {
        advise(from, length, DO_NOT_NEED);
    }

    private void advise(final long from, final long length, final int advice) {
        if (!isOpened) {
            isOpened = true;
            descriptor = PosixAPI.posix().open(path.toString(), OPEN_READ_ONLY, 0);
        }
        if (descriptor >= 0) {
            Fadvise.call(descriptor, from, length, advice);
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

        static void call(final int descriptor, final long from, final long length, final int advice) {
            if (FUNCTION != 0) {
                Invoker.getInstance().invokeN4(SIGNATURE, FUNCTION, descriptor, from, length, advice);
            }
        }
    }
}
