package io.quorumlog.net;

import java.io.IOException;

/** What the loop calls when a selector says that a socket is ready; the key's attachment. The loop's thread only. */
interface Ready {
    /**
     * Does a bounded amount of what the socket is ready for; where there is more, the selector says so again.
     *
     * @throws IOException if the connection broke
     * @throws io.quorumlog.codec.ProtocolException if its other end sent what it must not
     */
    void onReady(long nowNs) throws IOException;

    /** Ends the connection after {@link #onReady} or a write threw. */
    void onFailure(Exception reason);
}
