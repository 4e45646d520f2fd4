package io.quorumlog.session;

/** What many tests do with a {@link FakeLog}. */
final class FakeLogs {
    private FakeLogs() {}

    /** Commits all entries, confirms all reads. @return what the client is answered */
    static String commitAll(final FakeLog log, final FakeClient client) {
        log.commit(log.lastIndex()).confirmReads();
        return client.turn().allReplies();
    }
}
