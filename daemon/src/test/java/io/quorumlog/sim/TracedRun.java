package io.quorumlog.sim;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A simulated run of which every action of every member's core is seen, in an order of cause and effect. */
final class TracedRun {
    private TracedRun() {}

    /** @param lines takes the lines of all members' traces */
    static void run(final long seed, final Consumer<String> lines) {
        new Simulation(seed)
                .actionsTo((bytes, length) -> new String(bytes, 0, length, StandardCharsets.US_ASCII)
                        .lines()
                        .forEach(lines))
                .run();
    }
}
