package io.quorumlog.node;

import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.LogSurvey;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.StorageException;
import io.quorumlog.store.OfflineDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A look at a data directory on which no node runs. It changes nothing there, and repairs nothing. */
sealed interface OfflineTask {
    Path dataDir();

    /**
     * Reads everything, whatever is printed: what lies behind damage must not be taken for the log's.
     *
     * @param output gets what was found
     * @throws StorageException if it is damaged or can't be read, or a node runs on it
     * @throws IOException if {@code output} takes no more
     */
    void run(Writer output) throws IOException;

    /** In the words of a start, which has begun to repair it perhaps. */
    private static StorageException damage(final LogSurvey survey, final Path repair) {
        return repair == null || !(survey.damage() instanceof DamagedLogException)
                ? survey.damage()
                : new StorageException(
                        survey.damage().getMessage() + "; a repair was begun in " + repair
                                + ", and the next start goes on with it",
                        survey.damage());
    }

    /** Says what a directory holds. */
    record Verify(Path dataDir) implements OfflineTask {
        @Override
        public void run(final Writer output) throws IOException {
            try (OfflineDirectory directory = OfflineDirectory.open(dataDir)) {
                final LogSurvey survey = LogSurvey.of(directory.files());
                final Path repair = directory.repairUnderWay();
                if (survey.damage() != null) {
                    throw damage(survey, repair);
                }
                line(output, "data-dir", dataDir.toString());
                if (!survey.isEmpty()) {
                    describe(output, survey, directory, repair != null);
                }
                if (repair != null) {
                    line(
                            output,
                            "at the next start",
                            "the repair goes on that was begun in " + repair + ": entries behind index "
                                    + survey.lastIndex() + " will come from the leader");
                }
                if (survey.repair() != null) {
                    line(output, "at the next start", survey.repair());
                }
                line(output, "sound", survey.records() + " records, every checksum right");
            }
        }

        private static void describe(
                final Writer output,
                final LogSurvey survey,
                final OfflineDirectory directory,
                final boolean isUnderRepair)
                throws IOException {
            final NodeIdentity identity = survey.identity();
            final String clusterId = survey.clusterId();
            line(output, "format", Integer.toString(survey.format()));
            line(output, "node", Integer.toString(identity.nodeId()));
            line(
                    output,
                    "members",
                    IntStream.of(identity.memberIds())
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining(", ")));
            line(output, "cluster", clusterId == null ? "not known yet" : clusterId);
            final boolean hasLostEntries = isUnderRepair || survey.hasLostEntries();
            line(output, "blank", hasLostEntries ? "yes, it lost entries" : survey.isBlank() ? "yes" : "no");
            line(output, "term", Long.toString(survey.term()));
            line(output, "voted for", survey.votedFor() == 0 ? "none" : Integer.toString(survey.votedFor()));
            line(output, "committed", "up to " + survey.commitIndex() + " at least");
            if (survey.lastIndex() == 0) {
                line(output, "entries", "none");
            } else {
                line(
                        output,
                        "entries",
                        "1 to " + survey.lastIndex() + "@" + survey.lastTerm() + ", " + survey.clientEntries()
                                + " of clients");
            }
            line(output, "superseded", survey.supersededEntries() + " entries");
            for (final LogSurvey.FileContents file : survey.files()) {
                line(
                        output,
                        "file",
                        file.name() + "  "
                                + (file.lastIndex() < file.firstIndex()
                                        ? "no entries"
                                        : "entries " + file.firstIndex() + " to " + file.lastIndex())
                                + "  " + file.records() + " records  " + directory.bytes(file.file()) + " bytes");
            }
        }

        private static void line(final Writer output, final String name, final String value) throws IOException {
            output.write(String.format(Locale.ROOT, "%-18s%s%n", name, value));
        }
    }

    /** Prints entries, one a line. */
    record Dump(Path dataDir, long from, long to) implements OfflineTask {
        @Override
        public void run(final Writer output) throws IOException {
            try (OfflineDirectory directory = OfflineDirectory.open(dataDir)) {
                final LogSurvey survey = LogSurvey.of(directory.files());
                final EntryText text = new EntryText();
                try {
                    survey.visitEntries(from, to, (entry, superseded) -> write(output, text.of(entry, superseded)));
                } catch (final UncheckedIOException e) {
                    throw e.getCause();
                }
                if (survey.damage() != null) {
                    throw damage(survey, directory.repairUnderWay());
                }
            }
        }

        private static void write(final Writer output, final CharSequence line) {
            try {
                output.append(line);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
