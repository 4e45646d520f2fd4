package io.quorumlog.store;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import io.quorumlog.log.StorageException;
import java.nio.charset.Charset;
import java.nio.file.Path;

/**
 * What the system can do with files and memory that Java has no words for, by the names that it has there (Linux man-pages,
 * sections 2 and 3). Called through jffi; Chronicle's own way to the system, which {@link ChronicleFlags} turns off, generates
 * classes above jffi first: an eighth of the processor time of a start. No call leaves garbage but {@link #open}. Any thread.
 */
final class LibC {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int FALLOC_FL_KEEP_SIZE = 1;
    static final int POSIX_FADV_WILLNEED = 3;
    static final int POSIX_FADV_DONTNEED = 4;
    static final int MADV_DONTNEED = 4;

    /** Why the functions can't be called, or null. */
    private static final LinkageError FAILURE = load();

    private LibC() {}

    private static LinkageError load() {
        try {
            Functions.load();
            return null;
        } catch (final LinkageError e) {
            return e;
        }
    }

    /** Whether the functions can be called: jffi unpacks a library of its own, which must be in a place to run it from. */
    static boolean isThere() {
        return FAILURE == null;
    }

    /** @throws StorageException in one line, if the functions can't be called */
    static void require() {
        if (FAILURE != null) {
            final String place = System.getProperty("jffi.extract.dir", "the temporary directory");
            throw new StorageException(
                    "native code can't be loaded from " + place + " (" + reason()
                            + "); if nothing may be run from there, name"
                            + " another directory, by the Java option -Djffi.extract.dir=DIRECTORY",
                    FAILURE);
        }
    }

    /** What is beneath; where the system does not load it, jffi's advice about temporary directories stands before that. */
    private static String reason() {
        Throwable innermost = FAILURE;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        final String message = String.valueOf(innermost.getMessage());
        return message.substring(message.lastIndexOf('\n') + 1);
    }

    /** A descriptor, or -1. */
    static int open(final Path path, final int flags) {
        final byte[] name = path.toString().getBytes(Functions.FILE_NAMES);
        final MemoryIO memory = MemoryIO.getInstance();
        final long address = memory.allocateMemory(name.length + 1, false);
        if (address == 0) {
            return Function.FAILED;
        }
        try {
            memory.putZeroTerminatedByteArray(address, name, 0, name.length);
            return Functions.OPEN.call(address, flags);
        } finally {
            memory.freeMemory(address);
        }
    }

    static void close(final int descriptor) {
        Functions.CLOSE.call(descriptor);
    }

    /** 0, or -1, also where the system has no such function. */
    static int fallocate(final int descriptor, final int mode, final long offset, final long length) {
        return Functions.FALLOCATE.call(descriptor, mode, offset, length);
    }

    /**
     * Advice; does nothing where the system has no such function.
     *
     * @param length to the file's end for 0
     */
    static void posixFadvise(final int descriptor, final long offset, final long length, final int advice) {
        Functions.POSIX_FADVISE.call(descriptor, offset, length, advice);
    }

    static void madvise(final long address, final long length, final int advice) {
        Functions.MADVISE.call(address, length, advice);
    }

    /** Apart, so that {@link LibC} can say why there are none. */
    private static final class Functions {
        static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding"));
        static final Function OPEN = new Function("open", Type.POINTER, Type.SINT);
        static final Function CLOSE = new Function("close", Type.SINT);
        static final Function FALLOCATE = new Function("fallocate", Type.SINT, Type.SINT, Type.SINT64, Type.SINT64);
        static final Function POSIX_FADVISE =
                new Function("posix_fadvise", Type.SINT, Type.SINT64, Type.SINT64, Type.SINT);
        static final Function MADVISE = new Function("madvise", Type.POINTER, Type.SINT64, Type.SINT);

        private Functions() {}

        static void load() {
            // What it is to do happens before it is called.
        }
    }

    /** One of them, if the system has it; all return an int. */
    private static final class Function {
        static final int FAILED = -1;

        private final Invoker invoker = Invoker.getInstance();
        private final long address; // 0 if there is none of this name
        private final CallContext signature;

        Function(final String name, final Type... arguments) {
            address = Library.getDefault().getSymbolAddress(name);
            signature = CallContext.getCallContext(Type.SINT, arguments, CallingConvention.DEFAULT, false);
        }

        int call(final long first) {
            return address == 0 ? FAILED : (int) invoker.invokeN1(signature, address, first);
        }

        int call(final long first, final long second) {
            return address == 0 ? FAILED : (int) invoker.invokeN2(signature, address, first, second);
        }

        int call(final long first, final long second, final long third) {
            return address == 0 ? FAILED : (int) invoker.invokeN3(signature, address, first, second, third);
        }

        int call(final long first, final long second, final long third, final long fourth) {
            return address == 0 ? FAILED : (int) invoker.invokeN4(signature, address, first, second, third, fourth);
        }
    }
}
