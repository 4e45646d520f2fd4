package io.quorumlog.store;

import io.quorumlog.codec.record.LogRecord;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * What a Chronicle file looks like under our settings: a store header and two index tables of constant size, then
 * documents, one a record.
 *
 * <pre>
 *  0          200           16624         33040                                        end
 *  +----------+-------------+-------------+--------+----------+---+--------+----------+----------+---------
 *  | store    | index of    | index table | int    | record   | … | int    | record   | int      | zeros …
 *  | header   | index table |             | length |          |   | length |          | 0 or EOF |
 *  +----------+-------------+-------------+--------+----------+---+--------+----------+----------+---------
 * </pre>
 *
 * A document begins aligned to 4 bytes with a little-endian int: its length, with two bits of state that are clear for a
 * complete record. A record's offset, in a position, is that of the record itself, behind the int.
 */
final class StoreFormat {
    /** Where the first document begins. */
    static final int FIRST_DOCUMENT = 33040;

    /** Where the store header has the place of the last document, a little-endian long. */
    static final int WRITE_POSITION = 64;

    /** Bytes of the int before a record. */
    static final int DOCUMENT_HEADER_LENGTH = 4;

    /** Offset of a file's first record. */
    static final int FIRST_RECORD = FIRST_DOCUMENT + DOCUMENT_HEADER_LENGTH;

    /** Stands where the next document would, in a file that was left by a roll. */
    static final int END_OF_FILE = 0xC0000000;

    /** Stands behind {@link #END_OF_FILE}: the letters EOF. */
    static final int END_OF_FILE_NAME = 0x464F45C3;

    /** Bytes of both. */
    static final int END_MARK_LENGTH = 8;

    private static final int ALIGNMENT_MASK = 3;

    // The bytes that are not zero of a store that holds one record; a test compares them with what Chronicle writes.
    private static final String STORE_HEADER = "c1000040b906686561646572b60853435153746f726582aa000000cd77726974"
            + "65506f736974696f6e8e01000000008d02000000000000000200000000000000"
            + "10810000000000000000000020020100c8696e646578696e67b60c5343515349"
            + "6e646578696e67824c000000ca696e646578436f756e74a50008cc696e646578"
            + "53706163696e67a50008cb696e64657832496e6465788fa7c800000000000000"
            + "c96c617374496e6465788e00000000a70008000000000000ca64617461466f72"
            + "6d6174a101000000";
    private static final int INDEX_OF_TABLES = 200;
    private static final String INDEX_OF_TABLES_HEADER =
            "24400040b90b696e64657832696e6465788e01000000008d00080000000000000100000000000000f040000000000000";
    private static final int TABLE = 16624;
    private static final String TABLE_HEADER =
            "1c400040b905696e6465788f8f8f8f8d000800000000000001000000000000001081000000000000";

    /** Where the store header has its own name, behind an int whose bits Chronicle changes. */
    static final int NAME_OFFSET = 4;

    static final int NAME_LENGTH = 8;

    private StoreFormat() {}

    /** Rounds an offset up to where a document may begin. */
    static long align(final long offset) {
        return offset + ALIGNMENT_MASK & ~(long) ALIGNMENT_MASK;
    }

    /**
     * Length of the record in the document whose int is given, or 0 where the int is not that of a complete record. Our
     * files have metadata documents only before the first record, so one behind it is none either.
     */
    static int recordLength(final int documentHeader) {
        return documentHeader < LogRecord.HEADER_LENGTH || documentHeader > StoreLayout.MAX_RECORD_BYTES
                ? 0
                : documentHeader;
    }

    /**
     * All that stands before the first document, as in a file with one record. It is true of every file that has one,
     * and Chronicle finds the later ones by itself; so it can be laid over whatever a crash or a bad disk left there.
     */
    static ByteBuffer storeHeader() {
        final ByteBuffer header = ByteBuffer.allocate(FIRST_DOCUMENT);
        header.put(0, HexFormat.of().parseHex(STORE_HEADER));
        header.put(INDEX_OF_TABLES, HexFormat.of().parseHex(INDEX_OF_TABLES_HEADER));
        header.put(TABLE, HexFormat.of().parseHex(TABLE_HEADER));
        return header;
    }

    /**
     * Whether a file that begins so may be one of ours: what a crash left out is zero.
     *
     * @param begin to {@link #NAME_OFFSET} and {@link #NAME_LENGTH}, or less if the file is shorter; zeros fill it up
     */
    static boolean isBegun(final ByteBuffer begin) {
        final ByteBuffer header = storeHeader();
        for (int i = NAME_OFFSET; i < NAME_OFFSET + NAME_LENGTH; i++) {
            if (begin.get(i) != 0 && begin.get(i) != header.get(i)) {
                return false;
            }
        }
        return true;
    }
}
