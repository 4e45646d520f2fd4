/**
 * Whatever bytes come in at either port: seeded inputs, made from valid ones or from nothing, for decoders and for what
 * stands behind them. {@code -Dfuzz.inputs=N} says how many each target gets; {@code -Dfuzz.seed=S} which ones;
 * {@code -Dfuzz.from=K} begins at number K, as a failure tells.
 */
package io.quorumlog.fuzz;
