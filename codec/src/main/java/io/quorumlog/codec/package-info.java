/** What the codecs have in common: the error that ends a connection. */
package io.quorumlog.codec;
