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
 * A small disk that a test may fill, hold up, or take the power from: a tmpfs, or an ext4 in an image file. Only root can
 * mount one; where that, or a tool, is missing, the test is skipped and says what is.
 */
final class TestDisk implements AutoCloseable {
    /** What kinds of disk there are. */
    enum Kind {
        TMPFS,
        EXT4
    }

    /** EXT4_IOC_SHUTDOWN without flushing the journal: what was not synced is gone, as after a power failure. */
    private static final String LOSE_POWER = "import fcntl, os, struct, sys; "
            + "fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

    private static final int CHUNK_BYTES = 1 << 20;

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
                    channel.write(ByteBuffer.allocate(1), (long) mib * CHUNK_BYTES - 1);
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

    /** Skips the test where {@link #losePower()} has not what it needs. */
    static void assumePowerCanBeLost() {
        assumeTool("python3", "--version");
    }

    /** Skips the test where {@link #freeze()} has not what it needs. */
    static void assumeCanFreeze() {
        assumeTool("fsfreeze", "--version");
    }

    Path path() {
        return mountPoint;
    }

    /** Takes all the room that is left. */
    void fill() {
        try (FileChannel filler =
                FileChannel.open(mountPoint.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int length = CHUNK_BYTES; length >= 1; ) {
                try {
                    filler.write(ByteBuffer.allocate(length));
                } catch (final IOException full) {
                    length /= 2;
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives back what {@link #fill()} took. */
    void free() {
        try {
            Files.delete(mountPoint.resolve("filler"));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on nothing reaches the disk, and who writes waits. */
    void freeze() {
        Commands.check("fsfreeze", "-f", mountPoint.toString());
        isFrozen = true;
    }

    /** The disk is back. */
    void thaw() {
        if (isFrozen) {
            isFrozen = false;
            Commands.check("fsfreeze", "-u", mountPoint.toString());
        }
    }

    /** The power fails: what was not flushed is lost, and the disk refuses everything from now on. An ext4 only. */
    void losePower() {
        Commands.check("python3", "-c", LOSE_POWER, mountPoint.toString());
    }

    /** The power is back; nobody may use the disk meanwhile. */
    void restorePower() {
        unmount();
        // What is on the disk, mounted as another one: if somebody's mount namespace still holds the old mount, it
        // would
        // be given back as it was, without power.
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
