package io.quorumlog.client.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of the program's arguments. Java decodes them by the locale, and under {@code LC_ALL=C} what is not ASCII is
 * lost before {@code main} begins; Linux keeps them as they were. Elsewhere the locale has to be trusted.
 */
final class ArgumentBytes {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private ArgumentBytes() {}

    /** The last {@code count} of the arguments. */
    static List<byte[]> ofLast(int count, String[] args) {
        boolean ascii = true;
        List<byte[]> decoded = new ArrayList<>(count);
        for (int i = args.length - count; i < args.length; i++) {
            ascii &= args[i].chars().allMatch(c -> c < 0x80 && c != '?'); // ? may stand for what was lost
            decoded.add(args[i].getBytes(StandardCharsets.UTF_8));
        }
        if (ascii) {
            return decoded;
        }
        try {
            List<byte[]> original = split(Files.readAllBytes(COMMAND_LINE));
            int first = original.size() - count;
            return first >= 0 && isSame(original.subList(first, original.size()), decoded)
                    ? original.subList(first, original.size())
                    : decoded;
        } catch (IOException e) {
            return decoded;
        }
    }

    /** Arguments, each ended by NUL. */
    private static List<byte[]> split(byte[] commandLine) {
        List<byte[]> arguments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                arguments.add(java.util.Arrays.copyOfRange(commandLine, start, i));
                start = i + 1;
            }
        }
        return arguments;
    }

    /** Whether one can be the other, decoded: the same but for what is not ASCII. */
    private static boolean isSame(List<byte[]> original, List<byte[]> decoded) {
        for (int i = 0; i < original.size(); i++) {
            if (!letters(original.get(i)).equals(letters(decoded.get(i)))) {
                return false;
            }
        }
        return true;
    }

    private static String letters(byte[] bytes) {
        StringBuilder letters = new StringBuilder();
        for (byte b : bytes) {
            if (b > 0 && b != '?') {
                letters.append((char) b);
            }
        }
        return letters.toString();
    }
}
