package io.quorumlog.torment;

import java.util.function.Consumer;

/** Something that holds for every history and the logs at its end. */
interface Rule {
    void check(Evidence evidence, Consumer<Violation> violations);
}
