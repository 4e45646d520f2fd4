/**
 * The disk: the log's records in Chronicle Queue files, their recovery from damage, and the flush thread. Nothing else in
 * the program imports {@code net.openhft}.
 *
 * <p>Start at {@link io.quorumlog.store.LogDirectory#open}. The files are Chronicle's: it makes them, maps them, goes from one
 * to the next, and can read them (a test holds us to that). What it does not do is ours: locking, reserving space ahead,
 * writing many records at once, flushing, reading old files, checking and cutting. Chronicle only ever opens the newest file,
 * and only after its store header was laid anew, so nothing that a crash or a bad disk left in a file is trusted but records
 * whose checksum fits.
 */
package io.quorumlog.store;
