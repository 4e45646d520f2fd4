package io.quorumlog.client.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class PayloadTextTest {
    @Property(tries = 500)
    void escapedBytesAreOneLineOfUtf8AndCanBeRestored(@ForAll byte[] payload) throws CharacterCodingException {
        byte[] text = PayloadText.escaped(payload);

        String line = StandardCharsets.UTF_8
                .newDecoder()
                .decode(java.nio.ByteBuffer.wrap(text))
                .toString();
        assertEquals(0, line.chars().filter(Character::isISOControl).count());
        assertArrayEquals(payload, restored(text));
    }

    @Property(tries = 500)
    void textStaysAsItIs(@ForAll String payload) {
        String readable = payload.codePoints()
                .filter(c -> !Character.isISOControl(c) && c != '\\' && Character.getType(c) != Character.SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        byte[] bytes = readable.getBytes(StandardCharsets.UTF_8);

        assertArrayEquals(bytes, PayloadText.escaped(bytes));
    }

    private static byte[] restored(byte[] text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length; i++) {
            if (text[i] != '\\') {
                bytes.write(text[i]);
                continue;
            }
            i++;
            switch (text[i]) {
                case 'n' -> bytes.write('\n');
                case 'r' -> bytes.write('\r');
                case 't' -> bytes.write('\t');
                case '\\' -> bytes.write('\\');
                default -> {
                    bytes.write(Integer.parseInt(new String(text, i + 1, 2, StandardCharsets.US_ASCII), 16));
                    i += 2;
                }
            }
        }
        return bytes.toByteArray();
    }
}
