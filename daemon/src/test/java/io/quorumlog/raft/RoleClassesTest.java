package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RoleClassesTest {
    /** Seen from a class loader of its own, for in this JVM other tests may have held elections. */
    @Test
    void electionsAndHandOversLoadNothingMoreOfTheCore() throws Exception {
        try (WatchedLoader loader = new WatchedLoader()) {
            final Class<?> life = Class.forName(Life.class.getName(), true, loader);
            final Object cluster = life.getConstructor().newInstance();
            final List<String> atRest = loader.loadedOfTheCore();
            ((Runnable) cluster).run();

            assertTrue(atRest.contains("Leader"), atRest::toString);
            assertEquals(atRest, loader.loadedOfTheCore());
        }
    }

    /** A cluster before its first election, and then to the end of its first hand-over; public, for its caller is foreign. */
    public static final class Life implements Runnable {
        private final CoreFixture cluster = CoreFixture.cluster(3);

        public Life() {
            assertEquals(RoleKind.FOLLOWER, cluster.role(1));
        }

        @Override
        public void run() {
            cluster.elect(1);
            cluster.transfer(1, 3);
            for (int i = 0; i < 2; i++) {
                cluster.settle();
                cluster.fire(3);
            }
            cluster.settle();
            assertEquals(RoleKind.LEADER, cluster.role(3));
        }
    }

    /** Of all but the JDK's classes. */
    private static final class WatchedLoader extends URLClassLoader {
        WatchedLoader() {
            super(
                    Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                            .map(WatchedLoader::url)
                            .toArray(URL[]::new),
                    ClassLoader.getPlatformClassLoader());
        }

        private static URL url(final String path) {
            try {
                return Path.of(path).toUri().toURL();
            } catch (final MalformedURLException e) {
                throw new AssertionError(path, e);
            }
        }

        List<String> loadedOfTheCore() throws Exception {
            final Path classes = Path.of(Raft.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            final String directory = Raft.class.getPackageName().replace('.', File.separatorChar);
            try (Stream<Path> files = Files.list(classes.resolve(directory))) {
                return files.map(file -> file.getFileName().toString().replace(".class", ""))
                        .filter(name -> findLoadedClass(Raft.class.getPackageName() + "." + name) != null)
                        .sorted()
                        .toList();
            }
        }
    }
}
