package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WholeNumberTest {
    @Test
    void digitsAreANumber() {
        assertEquals(0, WholeNumber.parse("0"));
        assertEquals(7, WholeNumber.parse("007"));
        assertEquals(1234567890, WholeNumber.parse("1234567890"));
        assertEquals(Long.MAX_VALUE, WholeNumber.parse("9223372036854775807"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "+1",
                " 1",
                "1 ",
                "1.0",
                "1e3",
                "0x1",
                "1_0",
                "\u0661",
                "\uff11",
                "9223372036854775808",
                "9999999999999999999",
                "18446744073709551617",
                "00000000000000000001"
            })
    void whatElseThereIsIsNone(final String text) {
        assertEquals(WholeNumber.NONE, WholeNumber.parse(text));
    }
}
