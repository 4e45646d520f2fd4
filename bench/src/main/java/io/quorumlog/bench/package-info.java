/** JMH benchmarks. Figures are medians side by side in one run; the README says which command gives which. */
package io.quorumlog.bench;
