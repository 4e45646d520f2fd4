package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetSettingsTest {
    @ParameterizedTest
    @CsvSource({"20, 1000", "300, 1000", "400, 1200", "500, 1500", "1000, 2000", "5000, 6000", "60000, 61000"})
    void silenceIsFoundOutAFewElectionTimeoutsLaterAndNoMoreThanOneAndASecond(final long electionMs, final long ms) {
        final NetSettings settings = new NetSettings(
                1,
                List.of(),
                InetAddress.getLoopbackAddress(),
                true,
                TimeUnit.MILLISECONDS.toNanos(electionMs),
                1,
                false);

        assertEquals(ms, TimeUnit.NANOSECONDS.toMillis(settings.silenceNs()));
        assertTrue(settings.silenceNs() > settings.electionTimeoutNs());
        assertTrue(settings.silenceNs() >= 3 * NetSettings.KEEP_ALIVE_NS);
    }
}
