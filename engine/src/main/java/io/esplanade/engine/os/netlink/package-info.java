/**
 * What the kernel knows of links, addresses, routes and neighbours, asked for and followed by
 * rtnetlink(7). No policy: it only reads.
 */
package io.esplanade.engine.os.netlink;
