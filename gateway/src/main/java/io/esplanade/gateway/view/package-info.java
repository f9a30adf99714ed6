/** What a person or a program gets to see: progress, tables and JSON, made of snapshots. */
package io.esplanade.gateway.view;
