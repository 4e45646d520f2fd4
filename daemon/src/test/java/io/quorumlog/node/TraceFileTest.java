package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    void fileThatCanNotBeWrittenIsSaidAtTheStart() {
        assertThrows(IOException.class, () -> TraceFile.open(directory));
    }

    private void write(final String lines) throws IOException {
        final byte[] bytes = lines.getBytes(StandardCharsets.US_ASCII);
        try (TraceFile file = TraceFile.open(directory.resolve("trace"))) {
            file.write(bytes, bytes.length);
        }
    }
}
