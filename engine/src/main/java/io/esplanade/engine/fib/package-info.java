/** Where packets go next: routes by longest prefix, next hops and neighbours. Tables only. */
package io.esplanade.engine.fib;
