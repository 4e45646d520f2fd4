package io.quorumlog.client;

/** The condition of {@link QuorumLogClient#appendIf} did not hold: nothing was appended. */
public final class ConflictException extends QuorumLogException {
    private static final long serialVersionUID = 1L;

    private final long last;

    ConflictException(long last) {
        super("conflict: the log's last entry is " + last);
        this.last = last;
    }

    /** Index of the log's last client entry when the condition was checked; 0 if the log was empty. */
    public long last() {
        return last;
    }
}
