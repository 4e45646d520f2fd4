package io.quorumlog.log;

/**
 * Stored records are not what was written, or can't be read while the log is in use; the message names file, offset and
 * index, as far as they are known. The node stops, or repairs itself.
 */
public final class DamagedLogException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final long position;
    private final long soundIndex;

    /**
     * Damage met while the log is in use.
     *
     * @param message names file, offset and, where it is known, index; one line
     */
    public DamagedLogException(final String message) {
        this(message, RecordStream.NONE, 0);
    }

    /**
     * Something can't be read while the log is in use.
     *
     * @param message names file and reason; one line
     */
    public DamagedLogException(final String message, final Exception cause) {
        super(message, cause);
        position = RecordStream.NONE;
        soundIndex = 0;
    }

    /**
     * Damage that recovery found.
     *
     * @param position where it begins: all records before it are whole, and agree with one another
     * @param soundIndex the last entry before it; 0 if there is none
     */
    DamagedLogException(final String message, final long position, final long soundIndex) {
        super(message);
        this.position = position;
        this.soundIndex = soundIndex;
    }

    /** Where the damage begins; {@link RecordStream#NONE} where that is not known. */
    public long position() {
        return position;
    }

    /** The last entry before the damage; 0 if there is none. */
    public long soundIndex() {
        return soundIndex;
    }
}
