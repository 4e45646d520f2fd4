package io.quorumlog.log;

import java.util.Arrays;

/**
 * Whose log it is: every file's header, and the entry that founded the cluster, must say the same. Who starts a node says
 * whose log is expected; who only looks at one takes it to be that of the first header. One thread.
 */
final class LogOwner {
    private final StoredFiles files;
    private NodeIdentity identity;
    /** What names the identity; for messages. */
    private String source;

    /** @param expected null where the first header is to be believed */
    LogOwner(final StoredFiles files, final NodeIdentity expected) {
        this.files = files;
        identity = expected;
        source = "the setting";
    }

    /**
     * Checks a header of our format.
     *
     * @throws StorageException if it is another node's or another cluster's
     */
    void checkHeader(final int file, final FileHeaderRecord header) {
        if (identity == null) {
            identity = identityOf(file, header);
            source = files.name(file);
        }
        if (header.nodeId() != identity.nodeId()) {
            throw new StorageException(files.name(file) + " is data of node " + header.nodeId() + ", but this is node "
                    + identity.nodeId() + ": give each node its own data directory");
        }
        checkMembers(file, header.memberIds());
    }

    private NodeIdentity identityOf(final int file, final FileHeaderRecord header) {
        final int[] memberIds = header.memberIds();
        if (!NodeIdentity.isPossible(header.nodeId(), memberIds)) {
            throw new DamagedLogException(files.name(file) + " is damaged: its header is that of node "
                    + header.nodeId() + " of members " + Arrays.toString(memberIds) + ", which can't be");
        }
        return new NodeIdentity(header.nodeId(), memberIds);
    }

    /** Checks the members that a file names. */
    void checkMembers(final int file, final int[] memberIds) {
        if (!Arrays.equals(memberIds, identity.memberIds())) {
            throw new StorageException(
                    files.name(file) + " is data of a cluster of members " + Arrays.toString(memberIds) + ", but "
                            + source + " names members " + Arrays.toString(identity.memberIds()));
        }
    }
}
