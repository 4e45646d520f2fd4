package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code MISTAKES.md} tells the truth: what it names exists, and what is planted is named. */
class MistakesTest {
    private static final int ROWS = 36;
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|");
    private static final Pattern TEST_METHOD = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");
    private static final Pattern DEFECT = Pattern.compile("`([A-Z]+(?:_[A-Z]+)+)`");

    private final String catalogue = Files.readString(Path.of("MISTAKES.md"));

    MistakesTest() throws IOException {}

    @Test
    void everyMistakeHasARow() {
        assertEquals(
                IntStream.rangeClosed(1, ROWS).mapToObj(Integer::toString).toList(),
                found(ROW).map(row -> row.group(1)).toList());
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        final Map<String, String> sources = sources();

        final List<String> missing = found(TEST_METHOD)
                .filter(name -> !sources.getOrDefault(name.group(1), "").contains(" void " + name.group(2) + "("))
                .map(name -> name.group(1) + "." + name.group(2))
                .toList();

        assertEquals(List.of(), missing);
    }

    @Test
    void plantedDefectsAreThoseThatAreNamed() {
        assertEquals(
                KnownMistake.all().stream().map(KnownMistake::name).sorted().toList(),
                found(DEFECT).map(name -> name.group(1)).distinct().sorted().toList());
    }

    private Stream<MatchResult> found(final Pattern pattern) {
        return pattern.matcher(catalogue).results();
    }

    /** Of all modules, by the class' simple name; those of one name together. */
    private static Map<String, String> sources() throws IOException {
        final Map<String, String> sources = new HashMap<>();
        for (final String module : List.of("codec", "daemon", "client")) {
            for (final Path file : files(Path.of("..", module, "src", "test", "java"))) {
                final String name = file.getFileName().toString();
                sources.merge(name.substring(0, name.indexOf('.')), Files.readString(file), String::concat);
            }
        }
        return sources;
    }

    private static List<Path> files(final Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
