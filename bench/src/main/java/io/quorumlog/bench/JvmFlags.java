package io.quorumlog.bench;

/** What JMH's forks must be told for Agrona and Chronicle Queue; the runnable jar's manifest does not reach them. */
final class JvmFlags {
    static final String REFLECT = "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED";
    static final String MISC = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";
    static final String CHANNELS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";
    static final String REFERENCES = "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED";

    private JvmFlags() {}
}
