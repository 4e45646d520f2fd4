package io.quorumlog.torment;

/**
 * What was done to a member.
 *
 * @param what in which way, for a person
 * @param end takes it back
 */
record Strike(String what, Runnable end) {}
