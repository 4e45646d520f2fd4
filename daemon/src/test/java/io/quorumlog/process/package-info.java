/**
 * Tests of whole nodes: real processes, started from the runnable jar, seen from outside. {@code ProcessCluster} starts and
 * ends them; {@code RespClient} talks to them without any of our own code; {@code AppendLoad} keeps a record of what
 * clients were told, and holds the log to it.
 */
package io.quorumlog.process;
