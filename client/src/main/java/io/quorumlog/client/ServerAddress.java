package io.quorumlog.client;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a node listens for clients: a name or an address, and a port. Printed as it is parsed, IPv6 in brackets, so that
 * every address in a reply can be given to {@code --servers}.
 */
record ServerAddress(String host, int port) {
    private static final int MAX_PORT = 65535;

    /**
     * Parses {@code host:port}, {@code 1.2.3.4:port} or {@code [v6]:port}.
     *
     * @throws IllegalArgumentException that names the text and what is allowed.
     */
    static ServerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw refused(text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (host.indexOf(':') < 0) {
                throw refused(text);
            }
        } else if (host.indexOf(':') >= 0) {
            throw refused(text);
        }
        if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == '[' || c == ']' || c == '/')) {
            throw refused(text);
        }
        return new ServerAddress(host, port(text, text.substring(colon + 1)));
    }

    /** Parses a list separated by commas; at least one. */
    static List<ServerAddress> parseList(String text) {
        List<ServerAddress> servers = new ArrayList<>();
        for (String server : text.split(",", -1)) {
            servers.add(parse(server.strip()));
        }
        return servers;
    }

    /** Whether the host is an IP address, to be used without asking anyone. */
    boolean isLiteral() {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private static int port(String text, String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refused(text);
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > MAX_PORT) {
            throw refused(text);
        }
        return port;
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException("'" + text + "': expected host:port or [IPv6]:port, port 1 to " + MAX_PORT);
    }
}
