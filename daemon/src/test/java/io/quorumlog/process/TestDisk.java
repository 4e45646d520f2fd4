package io.quorumlog.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A small disk that a test may fill, hold up, let fail, or take the power from: a tmpfs, or an ext4 in an image file. Only
 * root can mount one; where that, or a tool, is missing, the test is skipped and says what is.
 */
public final class TestDisk implements AutoCloseable {
    /** What kinds of disk there are. */
    public enum Kind {
        TMPFS,
        EXT4
    }

    /** EXT4_IOC_SHUTDOWN: the disk refuses everything from now on. */
    private static final String SHUT_DOWN = "import fcntl, os, struct, sys; "
            + "fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', int(sys.argv[2])))";

    private static final String WHEN_ALL_IS_STORED = "0";
    private static final String WITHOUT_THE_JOURNAL = "2";

    private static final int MIB = 1 << 20;
    private static final long LARGEST_BYTES = 1 << 30;
    private static final long SMALLEST_BYTES = 4096;

    private final Kind kind;
    private final Path image;
    private final Path mountPoint;
    private boolean isFrozen;
    private boolean isMounted;

    private TestDisk(final Kind kind, final Path image, final Path mountPoint) {
        this.kind = kind;
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /** Makes a disk of so many MiB, mounted at a path that does not exist yet. */
    static TestDisk make(final Kind kind, final int mib, final Path mountPoint) {
        assumeTrue("root".equals(System.getProperty("user.name")), "not run as root: no disk can be mounted");
        assumeTool("mount", "--version");
        assumeTool("fallocate", "--version");
        final Path image = mountPoint.resolveSibling(mountPoint.getFileName() + ".image");
        try {
            Files.createDirectory(mountPoint);
            if (kind == Kind.TMPFS) {
                final String size = "size=" + mib + "m";
                assumeTrue(
                        Commands.run("mount", "-t", "tmpfs", "-o", size, "tmpfs", mountPoint.toString()) == 0,
                        "no tmpfs can be mounted here");
            } else {
                assumeTool("mkfs.ext4", "-V");
                try (FileChannel channel =
                        FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.allocate(1), (long) mib * MIB - 1);
                }
                assumeTrue(Commands.run("mkfs.ext4", "-q", image.toString()) == 0, "no ext4 can be made here");
                assumeTrue(
                        Commands.run("mount", "-o", "loop", image.toString(), mountPoint.toString()) == 0,
                        "no loop device for an ext4 here");
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        final TestDisk disk = new TestDisk(kind, image, mountPoint);
        disk.isMounted = true;
        return disk;
    }

    private static void assumeTool(final String... command) {
        assumeTrue(Commands.run(command) == 0, command[0] + " is not installed");
    }

    /** Skips the test where {@link #losePower()} and {@link #fail()} have not what they need. */
    public static void assumeCanShutDown() {
        assumeTool("python3", "--version");
    }

    /** Skips the test where {@link #freeze()} has not what it needs. */
    public static void assumeCanFreeze() {
        assumeTool("fsfreeze", "--version");
    }

    Path path() {
        return mountPoint;
    }

    /** Takes all the room that is left. */
    public void fill() {
        final String filler = filler().toString();
        long taken = 0;
        for (long length = LARGEST_BYTES; length >= SMALLEST_BYTES; ) {
            // Not written: that would take as long as the disk is large.
            if (Commands.run("fallocate", "-o", "" + taken, "-l", "" + length, filler) == 0) {
                taken += length;
            } else {
                length /= 2;
            }
        }
    }

    private Path filler() {
        return mountPoint.resolve("filler");
    }

    /** Gives back what {@link #fill()} took. */
    public void free() {
        try {
            Files.delete(filler());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on nothing reaches the disk, and who writes waits. */
    public void freeze() {
        Commands.check("fsfreeze", "-f", mountPoint.toString());
        isFrozen = true;
    }

    /** The disk is back. */
    public void thaw() {
        if (isFrozen) {
            isFrozen = false;
            Commands.check("fsfreeze", "-u", mountPoint.toString());
        }
    }

    /** The power fails: what was not flushed is lost, and the disk refuses everything from now on. An ext4 only. */
    void losePower() {
        shutDown(WITHOUT_THE_JOURNAL);
    }

    /** The disk stores all that was written so far, and refuses everything from now on. An ext4 only. */
    public void fail() {
        shutDown(WHEN_ALL_IS_STORED);
    }

    private void shutDown(final String how) {
        Commands.check("python3", "-c", SHUT_DOWN, mountPoint.toString(), how);
    }

    /** A disk that has lost its power, or failed, is back; nobody may use it meanwhile. */
    public void restore() {
        unmount();
        // What is on the disk, mounted as another one: if somebody's mount namespace still holds the old mount, it
        // would be given back as it was, without power.
        final Path copy = image.resolveSibling(image.getFileName() + ".new");
        Commands.check("cp", "--sparse=always", image.toString(), copy.toString());
        try {
            Files.move(copy, image, StandardCopyOption.REPLACE_EXISTING);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        Commands.check("mount", "-o", "loop", image.toString(), mountPoint.toString());
        isMounted = true;
    }

    private void unmount() {
        if (isMounted && Commands.run("umount", mountPoint.toString()) != 0) {
            Commands.check("umount", "-l", mountPoint.toString());
        }
        isMounted = false;
    }

    /** What the JVM leaves when it crashes. */
    List<Path> crashReports() {
        return Commands.filesBelow(mountPoint, "hs_err");
    }

    @Override
    public void close() {
        thaw();
        unmount();
        if (kind == Kind.EXT4) {
            image.toFile().delete();
        }
    }
}
