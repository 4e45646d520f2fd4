package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFileTest {
    @TempDir
    Path directory;

    @Test
    void newProcessGoesOnBehindWhatIsThere() throws IOException {
        write("first\n");
        write("second\n");

        assertEquals("first\nsecond\n", Files.readString(directory.resolve("trace")));
    }

    @Test
    void lineThatAKilledProcessLeftUnfinishedIsEnded() throws IOException {
        write("torn");
        write("second\n");

        assertEquals("torn\nsecond\n", Files.readString(directory.resolve("trace")));
    }

    @Test
    void fileThatCanNotBeWrittenIsSaidBeforeItIsOpened() throws IOException {
        final Path file = Files.createFile(directory.resolve("file"));

        assertEquals("Is a directory; choose another trace", refusal(directory));
        assertEquals("File name too long; choose another trace", refusal(directory.resolve("x".repeat(300))));
        assertEquals(file + " is a file, not a directory; choose another trace", refusal(file.resolve("trace")));
        assertEquals(
                "the directory above it does not exist; make that first, or choose another trace",
                refusal(directory.resolve("none/trace")));
        assertThrows(IOException.class, () -> TraceFile.open(directory));
    }

    @Test
    void fileThatCanBeWrittenIsLeftAsItWas() throws IOException {
        final Path made = Files.writeString(directory.resolve("made"), "torn");
        final Path missing = directory.resolve("missing");

        TraceFile.tryOut(made, directory);
        TraceFile.tryOut(missing, directory);

        assertEquals("torn", Files.readString(made));
        assertFalse(Files.exists(missing));
    }

    @Test
    void fileInADataDirectoryYetToBeMadeIsNotTriedOut() throws IOException {
        final Path data = directory.resolve("data");

        TraceFile.tryOut(data.resolve("trace"), data);
        TraceFile.tryOut(directory.resolve("./data/trace"), data);

        assertFalse(Files.exists(data));
    }

    private String refusal(final Path path) {
        return assertThrows(IOException.class, () -> TraceFile.tryOut(path, directory.resolve("data")))
                .getMessage();
    }

    private void write(final String lines) throws IOException {
        final byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
        try (TraceFile file = TraceFile.open(directory.resolve("trace"))) {
            file.write(bytes, bytes.length);
        }
    }
}
