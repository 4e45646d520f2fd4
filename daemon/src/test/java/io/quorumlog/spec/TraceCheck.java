package io.quorumlog.spec;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Holds the traces of a cluster's members against the {@link Specification}. The members wrote them without a common clock; so
 * each file is followed up to a message whose sending is told further down in another one. Several members may have written to
 * one file: what they append to it stands in the order in which they did, which is an order of cause and effect.
 */
public final class TraceCheck {
    private static final Pattern NODE = Pattern.compile("\\{\"node\":(\\d+),");

    private TraceCheck() {}

    /** @param arguments the files; exit status 0 if all holds, 1 if something does not, 2 if a file can't be read */
    public static void main(final String[] arguments) {
        if (arguments.length == 0) {
            System.err.println(
                    "usage: check-trace FILE...   (the traces of all members of a cluster, from its first start on)");
            System.exit(2);
        }
        try {
            System.out.println(check(List.of(arguments).stream().map(Path::of).toList()) + " lines hold");
        } catch (final Violation violation) {
            System.out.println(violation.getMessage());
            System.exit(1);
        } catch (final IOException e) {
            System.err.println("can't read: " + e.getMessage());
            System.exit(2);
        }
    }

    /**
     * Reads the files of real processes to their ends.
     *
     * @return how many lines they have
     * @throws Violation at the first line that a rule does not allow
     */
    public static long check(final List<Path> paths) throws IOException {
        return check(paths, Specification.World.REAL);
    }

    /** The same, whatever world the members lived in. */
    public static long check(final List<Path> paths, final Specification.World world) throws IOException {
        final Specification specification = new Specification(members(paths), world);
        final List<TraceFile> files = new ArrayList<>();
        try {
            for (final Path path : paths) {
                files.add(new TraceFile(path));
            }
            while (followAll(specification, files)) {
                // One may have sent by now what another one waits for.
            }
            requireEnds(specification, files);
            return specification.lines();
        } finally {
            for (final TraceFile file : files) {
                file.close();
            }
        }
    }

    private static Set<Integer> members(final List<Path> paths) throws IOException {
        final Set<Integer> members = new TreeSet<>();
        for (final Path path : paths) {
            try (Stream<String> lines = Files.lines(path)) {
                lines.map(NODE::matcher)
                        .filter(Matcher::lookingAt)
                        .forEach(line -> members.add(Integer.parseInt(line.group(1))));
            }
        }
        return members;
    }

    private static boolean followAll(final Specification specification, final List<TraceFile> files)
            throws IOException {
        final long before = specification.lines();
        for (final TraceFile file : files) {
            while (file.next() != null && specification.isReady(file.next())) {
                specification.accept(file.next());
                file.advance();
            }
        }
        return specification.lines() > before;
    }

    private static void requireEnds(final Specification specification, final List<TraceFile> files) {
        for (final TraceFile file : files) {
            if (file.next() != null) {
                specification.accept(file.next());
            }
        }
    }

    /** A file, a line at a time. A process that is killed may leave a line unfinished. */
    private static final class TraceFile implements AutoCloseable {
        private final Path path;
        private final BufferedReader reader;
        private long number;
        private TraceLine next;

        TraceFile(final Path path) throws IOException {
            this.path = path;
            reader = Files.newBufferedReader(path);
            advance();
        }

        /** The line that is next; null at the end. */
        TraceLine next() {
            return next;
        }

        void advance() throws IOException {
            String text = reader.readLine();
            next = text == null ? null : parse(text);
            if (text != null && next == null) {
                text = reader.readLine();
                next = text == null ? null : parse(text);
                Rule.TRACE_IS_WHOLE.require(
                        text == null || next != null && next.action().equals("Restart"),
                        "line " + (number - 1) + " of " + path + " is torn, and no process begins behind it");
            }
        }

        private TraceLine parse(final String text) {
            number++;
            try {
                return TraceLine.parse(text, path.getFileName() + ":" + number);
            } catch (final IllegalArgumentException e) {
                return null;
            }
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
