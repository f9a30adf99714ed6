/**
 * Whose routes, neighbours and addresses the tables have: those that were said to the engine, and
 * beside them those of the kernel, which are followed as they change. The conductor's thread alone
 * is in here.
 */
package io.esplanade.engine.control.routing;
