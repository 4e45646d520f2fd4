package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlushedNoteTest {
    private static final long POSITION = 5L << 32 | 123_456;
    private static final long SECOND_NS = 1_000_000_000;

    @TempDir
    Path directory;

    private long nowNs = 7;

    private FlushedNote note(final long flushedBefore) {
        return new FlushedNote(directory, flushedBefore, () -> nowNs);
    }

    private Path file() {
        return directory.resolve("FLUSHED");
    }

    @Test
    void nothingIsNotedWhereThereIsNoFile() {
        assertEquals(0, FlushedNote.read(directory));
    }

    @Test
    void whatAStartFindsIsNotedAtOnce() {
        try (FlushedNote note = note(POSITION)) {
            assertEquals(POSITION, FlushedNote.read(directory));
            assertEquals(Long.MAX_VALUE, note.dueInNs());
        }
        note(0).close();
        assertEquals(0, FlushedNote.read(directory));
    }

    @Test
    void isWrittenOnceASecondAndAtTheEnd() {
        try (FlushedNote note = note(1)) {
            nowNs += SECOND_NS / 4;
            note.flushed(2);
            note.writeIfDue();
            assertEquals(1, FlushedNote.read(directory));
            assertEquals(3 * SECOND_NS / 4, note.dueInNs());

            nowNs += 3 * SECOND_NS / 4;
            assertEquals(0, note.dueInNs());
            note.writeIfDue();
            assertEquals(2, FlushedNote.read(directory));
            assertEquals(Long.MAX_VALUE, note.dueInNs());

            note.flushed(3);
        }
        assertEquals(3, FlushedNote.read(directory));
    }

    /** The mistake: half a note, or one of zeros, is taken for what was flushed. */
    @Test
    void whatACrashLeftOfItSaysNothing() throws IOException {
        note(POSITION).close();
        final byte[] whole = Files.readAllBytes(file());
        assertEquals(12, whole.length);

        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertEquals(0, FlushedNote.read(directory), length + " bytes");
            Files.write(file(), Arrays.copyOf(Arrays.copyOf(whole, length), whole.length));
            assertTrue(FlushedNote.read(directory) == 0 || Arrays.equals(Files.readAllBytes(file()), whole));
        }
        for (int bit = 0; bit < Byte.SIZE * whole.length; bit++) {
            final byte[] flipped = whole.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            Files.write(file(), flipped);
            assertEquals(0, FlushedNote.read(directory), "bit " + bit);
        }
    }
}
