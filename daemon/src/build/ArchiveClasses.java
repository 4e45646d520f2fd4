import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A step of the build: runs a node of the new jar for a moment, whose JVM lists the classes that it loads, and has another one
 * write those and the JDK's down as a JVM has them in memory (class data sharing, JEP 310). Nodes that {@code scripts/node}
 * starts with the same Java map that file, and so need half the processor time to start. It saves time and nothing else: where
 * it fails, the build goes on without.
 *
 * <p>What a node itself could write at its end (JEP 350) has no classes from before Java 6, and picocli's are all of those.
 *
 * <p>Arguments: {@code scripts/node}, the node's jar, the archive to write.
 */
final class ArchiveClasses {
    private static final long PATIENCE_S = 60;

    private ArchiveClasses() {}

    public static void main(final String[] arguments) throws Exception {
        final Path script = Path.of(arguments[0]).toAbsolutePath();
        final Path jar = Path.of(arguments[1]).toAbsolutePath();
        final Path archive = Path.of(arguments[2]).toAbsolutePath();
        Files.deleteIfExists(archive); // a node may have it mapped: the new one is to be another file
        final Path directory = Files.createTempDirectory("quorumlog-archive");
        try {
            final Path classes = directory.resolve("classes");
            list(script, classes, directory);
            addOwn(jar, classes);
            write(jar, classes, archive, directory);
        } catch (IOException e) {
            System.out.println("no class archive, nodes start slower: " + e.getMessage() + "; " + lastLine(directory));
        } finally {
            delete(directory);
        }
    }

    private static void list(final Path script, final Path classes, final Path directory)
            throws IOException, InterruptedException {
        final int peerPort = freePort();
        final int clientPort = freePort();
        final ProcessBuilder builder = new ProcessBuilder(
                script.toString(),
                "--node-id=1",
                "--cluster=1=127.0.0.1:" + peerPort + ":" + clientPort,
                "--data-dir=" + directory.resolve("data"),
                "--election-timeout-ms=100");
        builder.environment().keySet().removeIf(name -> name.startsWith("QUORUMLOG_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", "-XX:DumpLoadedClassList=" + classes);
        final Process node = start(builder, directory);
        try {
            use(node, clientPort);
            node.destroy();
            if (!node.waitFor(PATIENCE_S, TimeUnit.SECONDS) || !Files.exists(classes)) {
                throw new IOException("the node listed no classes");
            }
        } finally {
            node.destroyForcibly();
        }
    }

    /** Ours, and what a lone node does not meet: peers that refuse or reset a connection. */
    private static void addOwn(final Path jar, final Path classes) throws IOException {
        final Set<String> names = new TreeSet<>(List.of(
                "java/net/ConnectException",
                "java/net/SocketException",
                "sun/net/ConnectionResetException",
                "sun/net/util/SocketExceptions"));
        try (JarFile file = new JarFile(jar.toFile())) {
            file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith("io/quorumlog/") && name.endsWith(".class"))
                    .filter(name -> !name.endsWith("/package-info.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .forEach(names::add);
        }
        try (Stream<String> listed = Files.lines(classes)) {
            listed.map(line -> line.split(" ")[0]).forEach(names::remove);
        }
        Files.write(classes, names, StandardOpenOption.APPEND);
    }

    private static void write(final Path jar, final Path classes, final Path archive, final Path directory)
            throws IOException, InterruptedException {
        final Path written = directory.resolve("archive");
        final ProcessBuilder builder = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xshare:dump",
                "-XX:SharedClassListFile=" + classes,
                "-XX:SharedArchiveFile=" + written,
                "-cp",
                jar.toString());
        final Process java = start(builder, directory);
        try {
            if (!java.waitFor(PATIENCE_S, TimeUnit.SECONDS) || java.exitValue() != 0) {
                throw new IOException("Java wrote none");
            }
            Files.move(written, archive);
        } finally {
            java.destroyForcibly();
        }
    }

    private static Process start(final ProcessBuilder builder, final Path directory) throws IOException {
        return builder.redirectErrorStream(true)
                .redirectOutput(log(directory).toFile())
                .start();
    }

    /** What clients do, so that the classes for it are loaded. */
    private static void use(final Process node, final int port) throws IOException, InterruptedException {
        try (Socket socket = connect(node, port)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
            final OutputStream requests = socket.getOutputStream();
            final BufferedReader replies =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String reply = "-NOLEADER";
            while (reply != null && reply.startsWith("-NOLEADER")) {
                Thread.sleep(20);
                requests.write("APPEND hello\r\n".getBytes(StandardCharsets.ISO_8859_1));
                reply = replies.readLine();
            }
            requests.write("READ 1\r\nLAST\r\nSTATUS\r\nMEMBERS\r\nAPPENDIF 1 no\r\nTAIL 1\r\nNOSUCH\r\nQUIT\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
            while (replies.readLine() != null) {
                continue; // until the node closes
            }
        }
    }

    private static Socket connect(final Process node, final int port) throws IOException, InterruptedException {
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (true) {
            final Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (!node.isAlive() || System.nanoTime() - end > 0) {
                    throw new IOException("the node did not start", e);
                }
                Thread.sleep(20);
            }
        }
    }

    /** Of the process that was run last. */
    private static Path log(final Path directory) {
        return directory.resolve("log");
    }

    private static String lastLine(final Path directory) throws IOException {
        final String[] lines = Files.readString(log(directory)).strip().split("\n");
        return lines[lines.length - 1];
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
