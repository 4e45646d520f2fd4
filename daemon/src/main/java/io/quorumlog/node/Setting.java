package io.quorumlog.node;

import java.util.Locale;

/** The settings: each a flag {@code --name value} and an environment variable {@code QUORUMLOG_NAME}; the flag wins. */
enum Setting {
    NODE_ID("ID", null, "this member's id, 1 to 65535; one of those in cluster"),
    CLUSTER(
            "MEMBERS",
            null,
            "all members (at most 9), the same on each: 1=host:peerPort:clientPort,2=... (host: name, IPv4 or [IPv6]);"
                    + " where clients reach a member under another name than its peers do:"
                    + " 1=peerHost:peerPort/clientHost:clientPort,..."),
    DATA_DIR("DIR", "data", "this node's directory; made if missing, held by a lock"),
    BIND("ADDRESS", null, "address on which both ports listen, such as 0.0.0.0 (default: the member's own peer host)"),
    DURABILITY(
            "MODE",
            "fsync",
            "fsync (acknowledged entries survive power loss) or page-cache (they survive the death of processes)"),
    HEARTBEAT_MS("MS", "50", "leader's heartbeat interval, 1 to 60000"),
    ELECTION_TIMEOUT_MS(
            "MS",
            "300",
            "minimum election timeout, each is drawn from [1x, 2x); at least twice heartbeat-ms, at most 600000"),
    MAX_ENTRY_BYTES("BYTES", "1048576", "largest payload, 1 to 16777216"),
    IDLE("MODE", "backoff", "backoff (blocks when there is nothing to do) or spin (busy-spins: lowest latency)"),
    TRACE(
            "FILE",
            null,
            "appends each action of Raft to this file, as a line of JSON, before it can have an effect (default: no trace);"
                    + " slows the node down, which stands still while the disk under the file hangs");

    private final String valueName;
    private final String defaultValue;
    private final String description;

    Setting(final String valueName, final String defaultValue, final String description) {
        this.valueName = valueName;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** As it is named in flags and messages. */
    String settingName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String flag() {
        return "--" + settingName();
    }

    String environmentVariable() {
        return "QUORUMLOG_" + name();
    }

    /** What stands for the value in the help. */
    String valueName() {
        return valueName;
    }

    /** What holds when it isn't given; null if it must be, or if it follows from others. */
    String defaultValue() {
        return defaultValue;
    }

    /** What it means, and what is allowed. */
    String description() {
        return description;
    }
}
