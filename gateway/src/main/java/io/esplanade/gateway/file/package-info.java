/**
 * Gateway files: YAML 1.2 text becomes immutable records that know their line and column, the
 * records are checked together, and what passes becomes an engine.
 *
 * <p>{@link io.esplanade.gateway.file.Gateway#load} is the way in. Everything that is wrong with a
 * file is reported at once, each {@link io.esplanade.gateway.file.Problem} with its place and its
 * remedy. The keys that may stand in a file are those of {@link
 * io.esplanade.gateway.file.Vocabulary}, which {@code docs/gateway.schema.json} describes to
 * editors.
 */
package io.esplanade.gateway.file;
