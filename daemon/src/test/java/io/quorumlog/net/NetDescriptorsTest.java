package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class NetDescriptorsTest {
    @Test
    void clientsGetWhatMembersAndFilesLeave() throws IOException {
        final NetDescriptors many = NetDescriptors.of(2, 1024, 30);
        assertEquals(NetLimits.MAX_STRANGERS, many.strangers());
        assertEquals(1024 - 30 - 48 - 4 - 2 * NetLimits.MAX_STRANGERS, many.clients());

        final NetDescriptors few = NetDescriptors.of(2, 150, 30);
        assertEquals((150 - 30 - 48 - 4) / 8, few.strangers());
        assertEquals(150, 30 + 48 + 4 + 2 * few.strangers() + few.clients());
    }

    @Test
    void noLimitIsNoTrouble() throws IOException {
        assertEquals(
                Integer.MAX_VALUE, NetDescriptors.of(8, Long.MAX_VALUE, 100).clients());
        assertTrue(NetDescriptors.of(2).clients() > 0);
    }

    @Test
    void tooFewAreSaidInOneLineWithWhatIsNeeded() throws IOException {
        final IOException failure = assertThrows(IOException.class, () -> NetDescriptors.of(2, 80, 30));
        assertEquals("the system allows 80 open files (ulimit -n), and at least 90 are needed", failure.getMessage());
        assertEquals(1, NetDescriptors.of(2, 90, 30).strangers());
    }
}
