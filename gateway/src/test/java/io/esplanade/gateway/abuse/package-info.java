/** Two gateways and their hosts on one machine, to whom everything happens that can. */
package io.esplanade.gateway.abuse;
