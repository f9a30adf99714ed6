/** C's functions, constants and structs, as its headers declare them; no logic. */
module io.esplanade.ffi {
    exports io.esplanade.ffi.linux;
    exports io.esplanade.ffi.openssl;
}
