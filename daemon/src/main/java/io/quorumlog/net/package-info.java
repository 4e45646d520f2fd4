/**
 * The event loop and all sockets: beside the store, which opens files by it, the only package here that touches
 * {@code java.nio.channels}.
 *
 * <p>Read {@link io.quorumlog.net.EventLoop} first: its {@code doCycle} is the order of everything. A client's bytes go
 * from {@code ClientConnection} to its session, a peer's from {@code PeerConnection} to the replica. {@code PeerLink} says
 * who dials, when again, and which of two connections stays. Memory is bounded by {@code NetLimits} through
 * {@code BufferPool}, whatever clients and peers do: what does not fit stays in the kernel's buffers and the other end's.
 * What a connection does wrong closes that one; no exception of one reaches another.
 */
package io.quorumlog.net;
