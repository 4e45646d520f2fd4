package io.quorumlog.client;

import io.quorumlog.codec.resp.Request;
import io.quorumlog.codec.resp.RequestParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A node that does what a test tells it: it keeps a log in memory and answers as a leader or a follower would, unless the
 * test's script takes a request over. Bytes are written as characters, one each.
 */
public final class FakeNode implements AutoCloseable {
    /** Takes requests over: returns whether it did. */
    public interface Script {
        boolean onRequest(List<String> words, Session session) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    private final List<String> received = Collections.synchronizedList(new ArrayList<>());
    private final List<String> log;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Script script = (words, session) -> false;
    private volatile String leaderAddress = "";
    private volatile boolean silent;

    public FakeNode() {
        this(new ArrayList<>());
    }

    private FakeNode(List<String> log) {
        this.log = log;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        leads();
        daemon(this::acceptAll);
    }

    /** Another node with the same log. */
    public FakeNode peer() {
        return new FakeNode(log);
    }

    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    public FakeNode leads() {
        leaderAddress = address();
        return this;
    }

    public FakeNode follows(FakeNode leader) {
        leaderAddress = leader.address();
        return this;
    }

    public FakeNode knowsNoLeader() {
        leaderAddress = "";
        return this;
    }

    public FakeNode script(Script script) {
        this.script = script;
        return this;
    }

    /** From now on it accepts connections, and says nothing. */
    public void fallSilent() {
        silent = true;
    }

    public void speakAgain() {
        silent = false;
    }

    /** Every request so far, its words joined by blanks; STATUS, which every search asks, left out. */
    public List<String> received() {
        return received;
    }

    public List<String> log() {
        return log;
    }

    public int connections() {
        return connections.get();
    }

    /** Breaks all connections. */
    public void breakConnections() {
        sessions.forEach(Session::close);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        breakConnections();
    }

    private boolean leading() {
        return leaderAddress.equals(address());
    }

    private void acceptAll() {
        try {
            while (true) {
                Session session = new Session(server.accept());
                connections.incrementAndGet();
                sessions.add(session);
                if (server.isClosed()) { // while it was accepted: close() may have missed it
                    session.close();
                }
                daemon(session::serve);
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "fake-node");
        thread.setDaemon(true);
        thread.start();
    }

    /** One connection. */
    public final class Session {
        private final Socket socket;
        private boolean closed;
        private boolean hasMore; // what was read goes on behind the request in hand

        private Session(Socket socket) {
            this.socket = socket;
        }

        public void reply(String bytes) throws IOException {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }

        public void replySlowly(String bytes) throws IOException, InterruptedException {
            socket.setTcpNoDelay(true);
            for (char c : bytes.toCharArray()) {
                reply(String.valueOf(c));
                Thread.sleep(1);
            }
        }

        /** Waits until something came behind the request in hand. */
        public void awaitMore() throws IOException, InterruptedException {
            while (!hasMore && socket.getInputStream().available() == 0) {
                Thread.sleep(1);
            }
        }

        public void close() {
            closed = true;
            try {
                socket.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** Ends the connection with RST. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            close();
        }

        private void serve() {
            RequestParser parser = new RequestParser(1 << 20);
            byte[] bytes = new byte[2 << 20];
            UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            int start = 0;
            int end = 0;
            try (socket) {
                InputStream in = socket.getInputStream();
                while (!closed) {
                    if (parser.parse(buffer, start, end) == RequestParser.Result.REQUEST) {
                        hasMore = start + parser.consumed() < end;
                        answer(words(parser.request()));
                        start += parser.consumed();
                        continue;
                    }
                    start += parser.consumed();
                    if (parser.consumed() == 0) {
                        System.arraycopy(bytes, start, bytes, 0, end - start);
                        end -= start;
                        start = 0;
                        int count = in.read(bytes, end, bytes.length - end);
                        if (count < 0) {
                            return;
                        }
                        end += count;
                    }
                }
            } catch (IOException | InterruptedException e) {
                // the connection is gone, or was broken by the test
            } finally {
                sessions.remove(this);
            }
        }

        private List<String> words(Request request) {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < request.argumentCount(); i++) {
                words.add(new String(request.argumentBytes(i), StandardCharsets.ISO_8859_1));
            }
            return words;
        }

        private void answer(List<String> words) throws IOException, InterruptedException {
            if (!words.get(0).equalsIgnoreCase("STATUS")) {
                received.add(String.join(" ", words));
            }
            while (silent && !closed) {
                Thread.sleep(5);
            }
            if (!script.onRequest(words, this)) {
                reply(defaultReply(words));
            }
        }

        private String defaultReply(List<String> words) throws InterruptedException {
            return switch (words.get(0).toUpperCase(Locale.ROOT)) {
                case "PING" -> words.size() == 1 ? "+PONG\r\n" : bulk(words.get(1));
                case "ECHO" -> bulk(words.get(1));
                case "STATUS" ->
                    bulk("# Node\r\nnode_id:1\r\nrole:" + (leading() ? "leader" : "follower") + "\r\nleader_address:"
                            + leaderAddress + "\r\n");
                case "LEADER" -> leaderAddress.isEmpty() ? "*-1\r\n" : "*2\r\n:2\r\n" + bulk(leaderAddress);
                case "MEMBERS" -> "*1\r\n*4\r\n:2\r\n" + bulk("127.0.0.1:5501") + bulk(address()) + bulk("leader");
                case "READ" -> entries(words);
                case "APPEND", "APPENDIF", "LAST", "TRANSFER" -> leading() ? asLeader(words) : notLeader();
                default -> "-ERR unknown command '" + words.get(0) + "'\r\n";
            };
        }

        private String notLeader() {
            return leaderAddress.isEmpty() ? "-NOLEADER none is known\r\n" : "-NOTLEADER 2 " + leaderAddress + "\r\n";
        }

        private String asLeader(List<String> words) {
            synchronized (log) {
                switch (words.get(0)) {
                    case "APPEND" -> log.add(words.get(1));
                    case "APPENDIF" -> {
                        if (Long.parseLong(words.get(1)) != log.size()) {
                            return "-CONFLICT last is " + log.size() + "\r\n";
                        }
                        log.add(words.get(2));
                    }
                    case "TRANSFER" -> {
                        return "+OK\r\n";
                    }
                    default -> {}
                }
                return ":" + log.size() + "\r\n";
            }
        }

        private String entries(List<String> words) throws InterruptedException {
            int from = Integer.parseInt(words.get(1));
            int count = words.size() > 3 ? Integer.parseInt(words.get(3)) : 100;
            long blockMs = words.size() > 5 ? Long.parseLong(words.get(5)) : 0;
            long end = System.nanoTime() + blockMs * 1_000_000;
            while (log.size() < from && System.nanoTime() < end && !closed) {
                Thread.sleep(2);
            }
            synchronized (log) {
                StringBuilder reply = new StringBuilder();
                int found = 0;
                for (int i = Math.max(1, from); i <= log.size() && found < count; i++) {
                    reply.append("*4\r\n:")
                            .append(i)
                            .append("\r\n:1\r\n:1000\r\n")
                            .append(bulk(log.get(i - 1)));
                    found++;
                }
                return "*" + found + "\r\n" + reply;
            }
        }
    }

    public static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    /** An address at which connection attempts hang: something listens, but its queue is full. */
    public static final class BlackHole implements AutoCloseable {
        private final ServerSocket server;
        private final Socket[] fillers = new Socket[4];

        public BlackHole() throws IOException {
            server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            for (int i = 0; i < fillers.length; i++) {
                fillers[i] = new Socket();
                try {
                    fillers[i].connect(server.getLocalSocketAddress(), 50);
                } catch (IOException e) {
                    return; // full
                }
            }
        }

        public String address() {
            return "127.0.0.1:" + server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket filler : Arrays.asList(fillers)) {
                if (filler != null) {
                    filler.close();
                }
            }
        }
    }
}
