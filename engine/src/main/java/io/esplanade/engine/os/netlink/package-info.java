/**
 * What the kernel knows of links, addresses, routes and neighbours, asked for and followed by
 * rtnetlink(7), and a device set up. No policy.
 */
package io.esplanade.engine.os.netlink;
