package io.quorumlog.client;

/**
 * One of the cluster's members, as a node sees it.
 *
 * @param id its id, 1 to 65535.
 * @param peerAddress {@code host:port} for the other members.
 * @param clientAddress {@code host:port} for clients.
 * @param role {@code leader}, {@code follower}, … as far as the node that was asked knows.
 */
public record Member(int id, String peerAddress, String clientAddress, String role) {}
