/**
 * The client protocol on the wire: RESP2 and inline commands, over Agrona buffers, without I/O.
 *
 * <p>A node reads requests with {@link io.quorumlog.codec.resp.RequestParser}, which can stop at any byte and hands out
 * a borrowed view, {@link io.quorumlog.codec.resp.Request}; it writes replies with
 * {@link io.quorumlog.codec.resp.ReplyWriter}. None of the three allocates per request. A client reads replies with
 * {@link io.quorumlog.codec.resp.ReplyParser}, which builds a {@link io.quorumlog.codec.resp.Reply} tree and does
 * allocate. Every limit is in {@link io.quorumlog.codec.resp.RespLimits}.
 *
 * <p>What is deliberately absent: which commands exist, how many arguments they take and what they answer is known to the
 * daemon's sessions. The one exception is where an inline command's rest-of-line argument begins
 * ({@code RestOfLine}), because without it a line cannot be cut into arguments.
 */
package io.quorumlog.codec.resp;
