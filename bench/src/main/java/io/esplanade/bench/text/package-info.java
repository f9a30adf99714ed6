/** JSON and the progress line: what the children, the report and the terminal are written in. */
package io.esplanade.bench.text;
