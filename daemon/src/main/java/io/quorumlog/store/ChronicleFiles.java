package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The raw bytes of Chronicle files to which nobody writes, a stopped log's or the older ones of a node at work
 * ({@link Scrub}), read in large chunks without Chronicle. The store header and the index tables are passed over unseen,
 * because they stand at constant places and hold nothing that we need. What has been read and is older than what the page
 * cache is to hold ({@link CachedPages}) is let go at once: reading goes round in the same memory, which is faster than to
 * take ever more.
 */
final class ChronicleFiles implements StoredFiles {
    private static final int CHUNK_BYTES = StoreLayout.MIB;

    /** Read at first: who wants one record only is spared the rest. */
    private static final int FIRST_CHUNK_BYTES = 16 * 1024;

    private static final int UNKNOWN = -1;

    private final Path directory;
    private int newest = UNKNOWN;

    ChronicleFiles(final Path directory) {
        this.directory = directory;
    }

    @Override
    public int[] numbers() {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(FileCycle.SUFFIX))
                    .mapToInt(this::number)
                    .sorted()
                    .toArray();
        } catch (final IOException e) {
            throw new StorageException("data directory " + directory + ": cannot be listed: " + IoReason.of(e), e);
        }
    }

    /** Chronicle takes all files of its suffix for its own, and makes what it likes of their names. */
    private int number(final String name) {
        if (!FileCycle.isFileName(name)) {
            throw new StorageException("data directory " + directory + ": " + name
                    + " is no file of this log, and must not lie among them");
        }
        return FileCycle.fileNumber(name);
    }

    @Override
    public String name(final int file) {
        return FileCycle.fileName(file);
    }

    @Override
    public boolean isForeign(final int file) {
        final Path path = directory.resolve(FileCycle.fileName(file));
        final ByteBuffer begin = ByteBuffer.allocate(StoreFormat.NAME_OFFSET + StoreFormat.NAME_LENGTH);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (begin.hasRemaining() && channel.read(begin) >= 0) {
                // A read may bring less than was asked for.
            }
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be read: " + IoReason.of(e), e);
        }
        return !StoreFormat.isBegun(begin);
    }

    @Override
    public long flushedBefore() {
        return FlushedNote.read(directory);
    }

    @Override
    public Scan scan(final int file) {
        return scan(file, StoreFormat.FIRST_RECORD);
    }

    @Override
    public Scan scan(final int file, final long offset) {
        final Path path = directory.resolve(FileCycle.fileName(file));
        final long document = offset - StoreFormat.DOCUMENT_HEADER_LENGTH;
        return new FileScan(path, document, isOlderThanKept(file) ? new AdvisedFile(path) : null);
    }

    private boolean isOlderThanKept(final int file) {
        if (newest == UNKNOWN) {
            newest = Arrays.stream(numbers()).max().orElse(file);
        }
        return (long) (newest - file) * StoreLayout.FILE_BYTES > CachedPages.KEPT_BYTES;
    }

    /**
     * One pass over a file. The buffer holds the file from {@code bufferStart} on, and moves along; it grows when a record
     * is larger.
     */
    private static final class FileScan implements Scan {
        private final Path path;
        private final AdvisedFile letGo; // or null
        private final FileChannel channel;
        private final long fileLength;
        private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
        private ByteBuffer bytes;
        private long bufferStart;
        private int buffered;
        private int chunk; // read at a time
        private long document; // where next() looks
        private long offset;

        /**
         * @param document where it begins
         * @param letGo the file if what has been read of it is to be let go, or null
         */
        FileScan(final Path path, final long document, final AdvisedFile letGo) {
            this.path = path;
            this.document = document;
            this.letGo = letGo;
            FileChannel opened = null;
            try {
                opened = FileChannel.open(path, StandardOpenOption.READ);
                channel = opened;
                fileLength = channel.size();
            } catch (final IOException e) {
                CloseHelper.quietClose(opened);
                throw failed(e);
            }
            chunk = (int) Math.min(FIRST_CHUNK_BYTES, fileLength);
            allocate(chunk);
        }

        @Override
        public Found next() {
            offset = document + StoreFormat.DOCUMENT_HEADER_LENGTH;
            if (offset > fileLength) {
                return isZeroFrom(document) ? Found.END : Found.BROKEN;
            }
            final int at = fetch(document, StoreFormat.DOCUMENT_HEADER_LENGTH);
            final int header = buffer.getInt(at, LITTLE_ENDIAN);
            if (header == 0) {
                return isZeroFrom(offset) ? Found.END : Found.BROKEN;
            }
            if (header == StoreFormat.END_OF_FILE) {
                return isEndMark() ? Found.END : Found.BROKEN;
            }
            return isRecord(document) ? found() : Found.BROKEN;
        }

        private boolean isEndMark() {
            return document + StoreFormat.END_MARK_LENGTH <= fileLength
                    && buffer.getInt(fetch(offset, Integer.BYTES), LITTLE_ENDIAN) == StoreFormat.END_OF_FILE_NAME
                    && isZeroFrom(document + StoreFormat.END_MARK_LENGTH);
        }

        @Override
        public Found resync(final long brokenOffset) {
            long candidate = StoreFormat.align(
                    Math.max(brokenOffset - StoreFormat.DOCUMENT_HEADER_LENGTH + 1, StoreFormat.FIRST_DOCUMENT));
            long end = candidate; // behind the last bytes that are not zero
            for (; candidate + StoreFormat.DOCUMENT_HEADER_LENGTH <= fileLength; candidate += BitUtil.SIZE_OF_INT) {
                final int at = fetch(candidate, StoreFormat.DOCUMENT_HEADER_LENGTH);
                if (buffer.getInt(at, LITTLE_ENDIAN) != 0) {
                    if (isRecord(candidate)) {
                        document = candidate;
                        return found();
                    }
                    end = candidate + BitUtil.SIZE_OF_INT;
                }
            }
            document = fileLength;
            offset = end + StoreFormat.DOCUMENT_HEADER_LENGTH;
            return Found.END;
        }

        /** Whether the document's length fits the file and is that of the record in it. */
        private boolean isRecord(final long start) {
            final int length = StoreFormat.recordLength(
                    buffer.getInt(fetch(start, StoreFormat.DOCUMENT_HEADER_LENGTH), LITTLE_ENDIAN));
            if (length == 0 || start + StoreFormat.DOCUMENT_HEADER_LENGTH + length > fileLength) {
                return false;
            }
            final int at = fetch(start, StoreFormat.DOCUMENT_HEADER_LENGTH + LogRecord.HEADER_LENGTH)
                    + StoreFormat.DOCUMENT_HEADER_LENGTH;
            return buffer.getInt(at + LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN) == length;
        }

        private Found found() {
            offset = document + StoreFormat.DOCUMENT_HEADER_LENGTH;
            final int length = buffer.getInt(fetch(document, StoreFormat.DOCUMENT_HEADER_LENGTH), LITTLE_ENDIAN);
            final int at = fetch(offset, length); // may replace the bytes
            record.wrap(bytes, at, length);
            document = StoreFormat.align(offset + length);
            return Found.RECORD;
        }

        private boolean isZeroFrom(final long start) {
            long position = start;
            while (position < fileLength) {
                final int length = (int) Math.min(fileLength - position, CHUNK_BYTES);
                final int at = fetch(position, length);
                int i = 0;
                for (; i + Long.BYTES <= length; i += Long.BYTES) {
                    if (buffer.getLong(at + i) != 0) {
                        return false;
                    }
                }
                for (; i < length; i++) {
                    if (buffer.getByte(at + i) != 0) {
                        return false;
                    }
                }
                position += length;
            }
            return true;
        }

        /** Makes sure that a range within the file is in the buffer; returns where it begins there. */
        private int fetch(final long start, final int length) {
            if (start < bufferStart || start + length > bufferStart + buffered) {
                fill(start, length);
            }
            return (int) (start - bufferStart);
        }

        private void fill(final long start, final int length) {
            final int wanted = Math.max(length, chunk);
            if (bytes.capacity() < wanted) {
                allocate(wanted);
            }
            chunk = (int) Math.min(CHUNK_BYTES, fileLength);
            letGo(start);
            bytes.clear();
            try {
                while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
                    // A read may bring less than was asked for.
                }
            } catch (final IOException e) {
                throw failed(e);
            }
            bufferStart = start;
            buffered = bytes.position();
            bytes.clear();
            if (buffered < length) {
                throw new StorageException(path + ": became shorter while it was read");
            }
        }

        /** @param end of what has been read; 0 for all */
        private void letGo(final long end) {
            if (letGo != null) {
                letGo.doNotNeed(0, end);
            }
        }

        private void allocate(final int capacity) {
            free();
            bytes = ByteBuffer.allocateDirect(capacity);
            buffer.wrap(bytes);
        }

        /**
         * At once: a node that makes no garbage collects none, and would keep a buffer for each file that it has recovered.
         * Whoever looks at the record still fails at its bounds check.
         */
        private void free() {
            record.wrap(0, 0);
            buffer.wrap(0, 0);
            buffered = 0;
            BufferUtil.free(bytes);
            bytes = null;
        }

        private StorageException failed(final IOException e) {
            return new StorageException(path + ": cannot be read: " + IoReason.of(e), e);
        }

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public DirectBuffer record() {
            return record;
        }

        @Override
        public void close() {
            letGo(0);
            CloseHelper.quietCloseAll(channel, letGo);
            free();
        }
    }
}
