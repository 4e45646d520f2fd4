package io.quorumlog.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * All of our classes once more, beside those that are loaded already, with one piece of one source changed. That source is
 * compiled in memory; the files, and who uses the other classes, see nothing of it.
 */
final class ChangedProduct extends ClassLoader {
    private static final String OURS = "io.quorumlog.";

    private final Map<String, ByteArrayOutputStream> changed = new HashMap<>();

    /**
     * @param source its path below the module's {@code src/main/java}
     * @param text what is replaced; it stands there exactly once
     * @throws IllegalStateException if it does not, if there are no sources or no compiler, or if the change does not compile
     */
    ChangedProduct(final String source, final String text, final String replacement) {
        super(ChangedProduct.class.getClassLoader());
        final String right = read(source);
        final int at = right.indexOf(text);
        if (at < 0 || right.indexOf(text, at + 1) >= 0) {
            throw new IllegalStateException(source + " must hold this once, and holds it "
                    + (at < 0 ? "nowhere" : "more than once") + ": " + text);
        }
        compile(source, right.substring(0, at) + replacement + right.substring(at + text.length()));
    }

    /** Runs seeds with these classes. */
    @SuppressWarnings("unchecked") // Of its two types, one is the platform's and one is String.
    LongFunction<String> seedRun() {
        try {
            return (LongFunction<String>)
                    loadClass(SeedRun.class.getName()).getConstructor().newInstance();
        } catch (final ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Our own are never the parent's: one of them would bring all that it refers to. */
    @Override
    protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            if (!name.startsWith(OURS)) {
                return super.loadClass(name, resolve);
            }
            final Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(final String name) throws ClassNotFoundException {
        final byte[] bytes = changed.containsKey(name) ? changed.get(name).toByteArray() : unchanged(name);
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] unchanged(final String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            return file.readAllBytes();
        } catch (final IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private static String read(final String source) {
        try {
            final URI testClasses = ChangedProduct.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            final Path module = Path.of(testClasses).getParent().getParent();
            return Files.readString(module.resolve("src/main/java").resolve(source));
        } catch (final IOException | URISyntaxException e) {
            throw new IllegalStateException("a defect is planted in a source, which must lie beside target: " + e, e);
        }
    }

    private void compile(final String source, final String text) {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("this Java has no compiler; a JDK is needed");
        }
        final StringWriter messages = new StringWriter();
        final JavaFileManager files =
                new ForwardingJavaFileManager<JavaFileManager>(compiler.getStandardFileManager(null, null, UTF_8)) {
                    @Override
                    public JavaFileObject getJavaFileForOutput(
                            final Location location,
                            final String className,
                            final JavaFileObject.Kind kind,
                            final FileObject sibling) {
                        return new Output(className);
                    }
                };
        final List<String> options =
                List.of("-proc:none", "-implicit:none", "-cp", System.getProperty("java.class.path"));
        if (!compiler.getTask(messages, files, null, options, null, List.of(new Source(source, text)))
                .call()) {
            throw new IllegalStateException("the change to " + source + " does not compile: " + messages);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(final String path, final String text) {
            super(URI.create("changed:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(final boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private final class Output extends SimpleJavaFileObject {
        private final String className;

        Output(final String className) {
            super(URI.create("changed:///" + className), Kind.CLASS);
            this.className = className;
        }

        @Override
        public OutputStream openOutputStream() {
            final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            changed.put(className, bytes);
            return bytes;
        }
    }
}
