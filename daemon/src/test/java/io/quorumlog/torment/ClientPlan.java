package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Kind;
import java.util.Map;
import java.util.Random;

/**
 * How one client behaves.
 *
 * @param weights how often it asks for what
 * @param window most requests in flight
 * @param pauseMs mean time between two windows
 * @param maxPayloadBytes length of its longest payloads
 */
record ClientPlan(Map<Kind, Integer> weights, int window, int pauseMs, int maxPayloadBytes) {
    private static final int FEW_BYTES = 200;

    /** What to ask next. */
    Kind draw(final Random random) {
        int left = random.nextInt(
                weights.values().stream().mapToInt(Integer::intValue).sum());
        for (final Map.Entry<Kind, Integer> weight : weights.entrySet()) {
            left -= weight.getValue();
            if (left < 0) {
                return weight.getKey();
            }
        }
        throw new AssertionError("the weights of " + this + " don't add up");
    }

    /** Most are short. */
    int drawLength(final Random random) {
        return random.nextInt(20) == 0
                ? random.nextInt(maxPayloadBytes + 1)
                : random.nextInt(Math.min(FEW_BYTES, maxPayloadBytes) + 1);
    }

    long drawPauseMs(final Random random) {
        return (long) (-Math.log(1 - random.nextDouble()) * pauseMs);
    }

    @Override
    public String toString() {
        return "window=" + window + " pause=" + pauseMs + "ms payload=" + maxPayloadBytes + " " + weights;
    }
}
