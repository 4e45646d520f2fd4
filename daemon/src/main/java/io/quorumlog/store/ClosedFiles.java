package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads of what no longer changes: the files before the current one, and what stands in this before the {@link FileImage}.
 * By plain reads into a few buffers, because mapping the files would count gigabytes of old log as this process' memory. A
 * buffer begins where its first reader wanted to read, so a walk fills one after another; the one not used for longest goes
 * first. Records larger than a buffer have one of their own, which grows to the largest met. For who walks, what comes next
 * is read ahead ({@link ReadAhead}). One thread.
 */
final class ClosedFiles implements AutoCloseable {
    private static final int MAX_OPEN_FILES = 8;
    private static final int MAX_BUFFERS = 16;
    static final int BUFFER_BYTES = 64 * 1024;
    private static final int NO_FILE = -1;

    private final Path directory;
    private final LastUsed<OpenFile> openFiles = new LastUsed<>(new OpenFile[MAX_OPEN_FILES]);
    private final LastUsed<Window> windows;
    private final Window largeWindow = new Window();
    private final ReadAhead readAhead = new ReadAhead();

    ClosedFiles(final Path directory) {
        this.directory = directory;
        final Window[] empty = new Window[MAX_BUFFERS];
        Arrays.setAll(empty, i -> new Window());
        windows = new LastUsed<>(empty);
    }

    /** See {@link io.quorumlog.log.RecordStream#wrap}. */
    void wrap(final int file, final long offset, final UnsafeBuffer view) {
        final Window head = windowOn(file, offset, LogRecord.HEADER_LENGTH);
        final int length = checkedLength(head, file, offset);
        final Window whole = head.has(file, offset, length) ? head : windowOn(file, offset, length);
        whole.wrap(offset, length, view);
    }

    /** See {@link io.quorumlog.log.RecordStream#wrapHeader}. */
    void wrapHeader(final int file, final long offset, final UnsafeBuffer view) {
        final Window head = windowOn(file, offset, LogRecord.HEADER_LENGTH);
        checkedLength(head, file, offset);
        head.wrap(offset, LogRecord.HEADER_LENGTH, view);
    }

    /** Whether a record's document begins at an offset, and not the end of what was written. */
    boolean hasRecord(final int file, final long document) {
        final Window window = find(file, document, StoreFormat.DOCUMENT_HEADER_LENGTH);
        final Window filled = window == null ? fill(windows.useOldest(), file, document, 0) : window;
        if (!filled.has(file, document, StoreFormat.DOCUMENT_HEADER_LENGTH)) {
            return false;
        }
        final int header = filled.buffer.getInt((int) (document - filled.start), LITTLE_ENDIAN);
        if (header == 0 || header == StoreFormat.END_OF_FILE) {
            return false;
        }
        if (StoreFormat.recordLength(header) == 0) {
            throw noRecord(FileCycle.fileName(file), document + StoreFormat.DOCUMENT_HEADER_LENGTH);
        }
        return true;
    }

    /** The file will be read beyond what was there when it was read before. */
    void forget(final int file) {
        largeWindow.forget(file);
        for (int i = 0; i < windows.size(); i++) {
            windows.get(i).forget(file);
        }
    }

    static DamagedLogException noRecord(final String name, final long offset) {
        return new DamagedLogException(name + ": no record at offset " + offset + " where there was one");
    }

    private static int checkedLength(final Window window, final int file, final long offset) {
        final int at = (int) (offset - window.start);
        final int length =
                StoreFormat.recordLength(window.buffer.getInt(at - StoreFormat.DOCUMENT_HEADER_LENGTH, LITTLE_ENDIAN));
        if (length == 0 || length != window.buffer.getInt(at + LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN)) {
            throw noRecord(FileCycle.fileName(file), offset);
        }
        return length;
    }

    /** A window that holds a record's document header and its first {@code length} bytes. */
    private Window windowOn(final int file, final long offset, final int length) {
        final long document = offset - StoreFormat.DOCUMENT_HEADER_LENGTH;
        if (document < StoreFormat.FIRST_DOCUMENT) {
            throw noRecord(FileCycle.fileName(file), offset);
        }
        final int needed = StoreFormat.DOCUMENT_HEADER_LENGTH + length;
        Window window = find(file, document, needed);
        if (window == null) {
            window = fill(needed > BUFFER_BYTES ? largeWindow : windows.useOldest(), file, document, needed);
            if (!window.has(file, document, needed)) {
                throw noRecord(FileCycle.fileName(file), offset);
            }
        }
        return window;
    }

    private Window find(final int file, final long start, final int length) {
        if (largeWindow.has(file, start, length)) {
            return largeWindow;
        }
        for (int i = 0; i < windows.size(); i++) {
            if (windows.get(i).has(file, start, length)) {
                return windows.use(i);
            }
        }
        return null;
    }

    private Window fill(final Window window, final int file, final long start, final int needed) {
        final int wanted = Math.max(needed, BUFFER_BYTES);
        final OpenFile open = open(file);
        try {
            readAhead.beforeRead(open.advised, file, start, wanted);
            window.fill(open.channel, file, start, wanted);
        } catch (final IOException e) {
            throw new DamagedLogException(FileCycle.fileName(file) + ": cannot be read: " + IoReason.of(e), e);
        }
        return window;
    }

    private OpenFile open(final int file) {
        for (int i = 0; i < openFiles.size(); i++) {
            if (openFiles.get(i) != null && openFiles.get(i).file == file) {
                return openFiles.use(i);
            }
        }
        try {
            final OpenFile open = new OpenFile(directory, file);
            closeOldest();
            openFiles.replaceNewest(open);
            return open;
        } catch (final IOException e) {
            throw new StorageException(FileCycle.fileName(file) + ": cannot be opened: " + IoReason.of(e), e);
        }
    }

    private void closeOldest() {
        CloseHelper.quietClose(openFiles.useOldest());
        openFiles.replaceNewest(null);
    }

    @Override
    public void close() {
        for (int i = 0; i < openFiles.size(); i++) {
            closeOldest();
        }
    }

    /** A file, to be read. */
    private static final class OpenFile implements AutoCloseable {
        private final int file;
        private final FileChannel channel;
        private final AdvisedFile advised;

        OpenFile(final Path directory, final int file) throws IOException {
            final Path path = directory.resolve(FileCycle.fileName(file));
            this.file = file;
            channel = FileChannel.open(path, StandardOpenOption.READ);
            advised = new AdvisedFile(path);
        }

        @Override
        public void close() {
            CloseHelper.quietCloseAll(channel, advised);
        }
    }

    /** Bytes of a file, from {@code start} on. */
    private static final class Window {
        private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        private ByteBuffer bytes;
        private int file = NO_FILE;
        private long start;
        private int length;

        boolean has(final int wantedFile, final long from, final int wantedLength) {
            return file == wantedFile && from >= start && from + wantedLength <= start + length;
        }

        void forget(final int old) {
            if (file == old) {
                file = NO_FILE;
            }
        }

        void wrap(final long offset, final int wantedLength, final UnsafeBuffer view) {
            view.wrap(bytes, (int) (offset - start), wantedLength);
        }

        void fill(final FileChannel channel, final int newFile, final long newStart, final int wanted)
                throws IOException {
            file = NO_FILE;
            if (bytes == null || bytes.capacity() < wanted) {
                bytes = ByteBuffer.allocateDirect(Math.max(BUFFER_BYTES, Integer.highestOneBit(wanted - 1) << 1));
                buffer.wrap(bytes);
            }
            bytes.clear().limit(wanted);
            while (bytes.hasRemaining() && channel.read(bytes, newStart + bytes.position()) >= 0) {
                // A read may bring less than was asked for.
            }
            length = bytes.position();
            bytes.clear();
            file = newFile;
            start = newStart;
        }
    }
}
