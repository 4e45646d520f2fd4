package io.quorumlog.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * An address as an operator writes it: a name or IPv4 address, or an IPv6 address, and a port. Nothing is resolved here;
 * names may come to mean something else while the node runs.
 *
 * @param host without brackets
 * @param port 1 to 65535
 */
record HostPort(String host, int port) {
    private static final int MAX_NAME_LENGTH = 253;
    private static final int MAX_LABEL_LENGTH = 63;

    /** As it is written, and can be given back to any of our commands: an IPv6 address stands in brackets. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    /** Whether both mean the same by their letters alone. */
    boolean isSame(final HostPort other) {
        return port == other.port && host.toLowerCase(Locale.ROOT).equals(other.host.toLowerCase(Locale.ROOT));
    }

    /** Whether this can be an address: an IPv4 or IPv6 address, or a name as DNS and container engines know them. */
    static boolean isHost(final String host) {
        return host.indexOf(':') >= 0 ? isIpv6(host) : looksNumeric(host) ? isIpv4(host) : isName(host);
    }

    /** Whether a host is an address in digits, and no name. */
    static boolean isAddress(final String host) {
        return host.indexOf(':') >= 0 || looksNumeric(host);
    }

    private static boolean isIpv6(final String host) {
        final int zone = host.indexOf('%');
        final String address = zone < 0 ? host : host.substring(0, zone);
        for (int i = 0; i < address.length(); i++) {
            final char c = address.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.' || c > 'f') {
                return false;
            }
        }
        if (zone >= 0 && !isLabel(host.substring(zone + 1))) {
            return false;
        }
        try {
            // A text with a colon is never looked up as a name.
            InetAddress.getByName(address);
            return true;
        } catch (final UnknownHostException notAnAddress) {
            return false;
        }
    }

    /** Only digits and dots: an IPv4 address or a mistake. The JDK would take {@code 10.1} for 10.0.0.1. */
    private static boolean looksNumeric(final String host) {
        for (int i = 0; i < host.length(); i++) {
            if (!WholeNumber.isDigit(host.charAt(i)) && host.charAt(i) != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv4(final String host) {
        final String[] parts = host.split("\\.", -1);
        for (final String part : parts) {
            if (part.isEmpty() || part.length() > 3 || WholeNumber.parse(part) > 255) {
                return false;
            }
        }
        return parts.length == 4;
    }

    private static boolean isName(final String host) {
        if (host.length() > MAX_NAME_LENGTH) {
            return false;
        }
        for (final String label : host.split("\\.", -1)) {
            if (!isLabel(label)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLabel(final String label) {
        for (int i = 0; i < label.length(); i++) {
            final char c = label.charAt(i);
            final boolean isLetter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!isLetter && !WholeNumber.isDigit(c) && c != '-' && c != '_') {
                return false;
            }
        }
        return !label.isEmpty() && label.length() <= MAX_LABEL_LENGTH && label.charAt(0) != '-' && !label.endsWith("-");
    }
}
