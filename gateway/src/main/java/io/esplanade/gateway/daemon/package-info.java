/** What a service is to the system that runs it: its manager, its signals, its privileges. */
package io.esplanade.gateway.daemon;
