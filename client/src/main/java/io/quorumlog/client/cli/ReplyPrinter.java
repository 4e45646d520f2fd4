package io.quorumlog.client.cli;

import io.quorumlog.client.Entry;
import io.quorumlog.client.Leader;
import io.quorumlog.client.Member;
import io.quorumlog.codec.resp.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How results look. To a script: one line each, fields separated by tabs, nothing that would have to be cut off. To a
 * person: in columns, with words.
 */
final class ReplyPrinter {
    private final Output out;
    private final boolean forPerson;
    private final boolean raw;

    /** @param raw whether of an entry only the payload's bytes are printed, each followed by LF. */
    ReplyPrinter(Output out, boolean forPerson, boolean raw) {
        this.out = out;
        this.forPerson = forPerson;
        this.raw = raw;
    }

    ReplyPrinter raw() {
        return new ReplyPrinter(out, forPerson, true);
    }

    void flush() {
        out.flush();
    }

    void line(String text) {
        out.line(text);
    }

    void index(long index) {
        out.line(forPerson ? "index " + index : Long.toString(index));
    }

    void entry(Entry entry) {
        if (raw) {
            out.bytes(entry.payload());
        } else {
            String head = forPerson
                    ? pad(entry.index() + "@" + entry.term(), 12) + Instant.ofEpochMilli(entry.timestampMs()) + "  "
                    : entry.index() + "\t";
            out.text(head).bytes(PayloadText.escaped(entry.payload()));
        }
        out.endLine();
    }

    void entries(List<Entry> entries) {
        entries.forEach(this::entry);
        if (forPerson && entries.isEmpty()) {
            out.line("(no entries)");
        }
    }

    void leader(Leader leader) {
        out.line(
                forPerson
                        ? "member " + leader.id() + " leads, at " + leader.clientAddress()
                        : leader.id() + "\t" + leader.clientAddress());
    }

    void members(List<Member> members) {
        if (forPerson) {
            out.line(pad("id", 7) + pad("peers", 24) + pad("clients", 24) + "role");
        }
        for (Member member : members) {
            String id = Integer.toString(member.id());
            out.line(
                    forPerson
                            ? pad(id, 7)
                                    + pad(member.peerAddress(), 24)
                                    + pad(member.clientAddress(), 24)
                                    + member.role()
                            : String.join("\t", id, member.peerAddress(), member.clientAddress(), member.role()));
        }
    }

    /** The lines of STATUS or HELP. */
    void text(Reply.Bulk text) {
        for (String line : text.text().split("\r?\n")) {
            out.bytes(PayloadText.escaped(line.getBytes(StandardCharsets.UTF_8)))
                    .endLine();
        }
    }

    /** Any other reply but an error: an array's values a line each, arrays in it on one line, separated by tabs. */
    void reply(Reply reply) {
        if (reply instanceof Reply.Array array) {
            for (Reply value : array.values()) {
                out.line(onOneLine(value));
            }
            if (forPerson && array.values().isEmpty()) {
                out.line("(none)");
            }
        } else {
            out.line(onOneLine(reply));
        }
    }

    private static String onOneLine(Reply reply) {
        if (reply instanceof Reply.Simple simple) {
            return escaped(simple.text().getBytes(StandardCharsets.UTF_8));
        }
        if (reply instanceof Reply.Number number) {
            return Long.toString(number.value());
        }
        if (reply instanceof Reply.Bulk bulk) {
            return escaped(bulk.bytes());
        }
        if (reply instanceof Reply.Array array) {
            return array.values().stream().map(ReplyPrinter::onOneLine).collect(Collectors.joining("\t"));
        }
        if (reply instanceof Reply.Failure failure) {
            return "-" + escaped(failure.text().getBytes(StandardCharsets.UTF_8));
        }
        return "(none)";
    }

    private static String escaped(byte[] bytes) {
        return new String(PayloadText.escaped(bytes), StandardCharsets.UTF_8);
    }

    private static String pad(String text, int width) {
        return text.length() < width ? text + " ".repeat(width - text.length()) : text + " ";
    }
}
