/**
 * The disk: the log's records in Chronicle Queue files, their recovery from damage, and the flush thread. Nothing else in
 * the program imports {@code net.openhft}.
 *
 * <p>Start at {@link io.quorumlog.store.LogDirectory#open}. Chronicle is used for what it does well, appending to a mapped
 * file; what it does not do is ours: locking, reading old files, reserving space ahead, flushing, checking and cutting.
 * Chronicle only ever opens the newest file, and only after its store header was laid anew, so nothing that a crash or a
 * bad disk left in a file is trusted but records whose checksum fits.
 */
package io.quorumlog.store;
