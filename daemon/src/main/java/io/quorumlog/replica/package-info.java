/**
 * The whole node but its sockets and its disk: joins the core, the log and the clients' sessions. This is what the
 * simulation runs, the production classes and not a model of them; so nothing here touches a file, a socket, a thread, a
 * clock or a logger. The world comes in as method calls and goes out through {@link io.quorumlog.replica.PeerTransport},
 * {@link io.quorumlog.session.ReplyOutput}, {@link io.quorumlog.log.RecordStream} and
 * {@link io.quorumlog.replica.Surroundings}.
 */
package io.quorumlog.replica;
