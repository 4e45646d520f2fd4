/**
 * The client library: {@link io.quorumlog.client.QuorumLogClient} finds the leader, follows it when it changes, and never
 * sends an append twice whose outcome is uncertain; {@link io.quorumlog.client.LogTail} reads the log as it grows.
 *
 * <p>How it works: {@code NodeConnection} is one connection, used by one thread at a time, every wait of which ends at a
 * deadline. {@code LeaderFinder} asks the servers which of them leads. Reads take a connection from
 * {@code ConnectionPool} in the caller's thread; appends go through {@code AppendPipeline}, whose thread keeps many in
 * flight on one connection and knows of each whether it was sent. {@code LogTail} has a connection of its own.
 *
 * <p>Java remembers for ten seconds that a name could not be resolved. Names are asked for anew at each attempt to
 * connect, but a program that wants to see a name as soon as it appears sets the security property
 * {@code networkaddress.cache.negative.ttl} to 0 at its start, as {@code scripts/client} does.
 */
package io.quorumlog.client;
