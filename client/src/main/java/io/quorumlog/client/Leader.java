package io.quorumlog.client;

/**
 * The member that leads.
 *
 * @param id its id in the cluster, 1 to 65535.
 * @param clientAddress {@code host:port} for clients, as {@link QuorumLogClient.Builder#servers} takes it.
 */
public record Leader(int id, String clientAddress) {}
