/**
 * The record: the unit in which the log is kept on disk and entries travel between members. Both are byte for byte the
 * same, so that one checksum, made by the leader when it accepts an entry, holds end to end: followers check it before
 * they append, recovery and every reader check it again.
 */
package io.quorumlog.codec.record;
