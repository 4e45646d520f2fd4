/**
 * Tests of whole nodes: real processes, started from the runnable jar, seen from outside. {@code ProcessCluster} starts and
 * ends them; {@code RespClient} talks to them without any of our own code; {@code AppendLoad} keeps a record of what
 * clients were told, and holds the log to it. {@code NetworkCluster} gives each node a machine of its own, a network
 * namespace, whose links {@code TestNetwork} cuts, slows down and makes lose packets; its tests are skipped, and say what
 * is missing, where the system gives no leave for that.
 */
package io.quorumlog.process;
