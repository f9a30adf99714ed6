package io.esplanade.ffi.openssl;

/** A process of its own that loads libcrypto and says which, or why not. */
final class LoadLibcrypto {
    private LoadLibcrypto() {}

    public static void main(String[] words) {
        String where = LoadLibcrypto.class.getModule().isNamed() ? "module path" : "class path";
        try {
            Libcrypto.load();
        } catch (LibraryNotFoundException e) {
            System.out.println(where + ": " + e.getMessage());
            return;
        }
        var version = libcrypto.OpenSSL_version(libcrypto.OPENSSL_VERSION());
        System.out.println(where + ": " + version.getString(0));
    }
}
