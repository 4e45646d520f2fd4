package io.quorumlog.client;

/**
 * The member that leads.
 *
 * @param id its id in the cluster.
 * @param clientAddress {@code host:port} for clients, as {@link QuorumLogClient.Builder#servers} takes it.
 */
public record Leader(int id, String clientAddress) {}
