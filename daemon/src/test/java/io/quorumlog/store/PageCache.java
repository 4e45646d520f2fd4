package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel's page cache holds of a file. */
final class PageCache {
    private PageCache() {}

    /** Skips the test where it can't be told, or where a file is nowhere but in memory. */
    static void assumeVisible(final Path directory) throws IOException {
        assumeTrue(Files.getFileStore(directory).type().equals("ext4"), "what is in memory only can't be let go");
        assumeTrue(Files.exists(Path.of("/usr/bin/fincore")), "fincore tells what is in the page cache");
    }

    static long bytesOf(final Path file) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder("fincore", "-b", "-n", "-o", "RES", file.toString()).start();
        final String bytes = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertEquals(0, process.waitFor());
        return Long.parseLong(bytes.strip());
    }
}
