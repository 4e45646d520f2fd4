package io.quorumlog.bench;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import io.quorumlog.store.FlushThread;
import io.quorumlog.store.LogDirectory;
import io.quorumlog.store.OpenedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A node's log on real files, with no node round it. Durability is {@code page-cache}: what is measured here is what
 * the event loop does. The thread that makes it uses and closes it.
 */
final class BenchLog implements AutoCloseable {
    private static final int MAX_RECORD_BYTES = 1024 * 1024;
    private static final long SPACE_PAUSE_NS = 50_000;
    private static final long STOP_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long TERM = 1;

    private final ProcessGuard guard;
    private final OpenedLog opened;
    private final FlushThread flushThread;
    private final ReplicaLog log;
    private final UnsafeBuffer payload;
    private volatile StorageException failure;

    /** @param payloadBytes of each entry */
    BenchLog(final int payloadBytes) throws IOException {
        Files.createDirectories(LocalCluster.directory());
        final Path directory = Files.createTempDirectory(LocalCluster.directory(), "log");
        guard = new ProcessGuard(directory);
        final NodeIdentity identity = new NodeIdentity(1, new int[] {1});
        opened = LogDirectory.open(directory, identity, MAX_RECORD_BYTES);
        flushThread = new FlushThread(opened, true, () -> {}, e -> failure = e);
        flushThread.start();
        log = new ReplicaLog(opened.stream(), opened.recovered(), identity);
        log.persistHardState(TERM, 1, false);
        payload = new UnsafeBuffer(ByteBuffer.allocateDirect(payloadBytes));
        final byte[] bytes = new byte[payloadBytes];
        new Random(payloadBytes).nextBytes(bytes);
        payload.putBytes(0, bytes);
    }

    /** The log. */
    ReplicaLog log() {
        return log;
    }

    /** Appends so many entries, as a turn of the loop would. */
    void append(final int entries) {
        while (!log.acceptsEntries()) {
            if (failure != null) {
                throw failure;
            }
            LockSupport.parkNanos(SPACE_PAUSE_NS);
        }
        for (int i = 0; i < entries; i++) {
            log.appendEntry(RecordKind.CLIENT, TERM, 0, payload, 0, payload.capacity());
        }
        flushThread.request(log.lastRecordSeq(), false);
        log.onFlushed(flushThread.flushedSeq());
    }

    @Override
    public void close() {
        flushThread.stop(0, STOP_TIMEOUT_NS);
        opened.close();
        guard.close();
    }
}
