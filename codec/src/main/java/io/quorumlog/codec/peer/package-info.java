/**
 * The frames between members: one flyweight a message over Agrona buffers, little-endian, each layout drawn in its
 * Javadoc. A frame begins with its length; {@link io.quorumlog.codec.peer.FrameReader} cuts a stream into frames and
 * checks every length before anybody looks inside, so that whoever is handed a message may trust it.
 */
package io.quorumlog.codec.peer;
