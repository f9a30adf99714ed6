package io.esplanade.engine.crypto;

class AsynchronousFakeProviderTest extends CryptoProviderContract {

    @Override
    CryptoProvider newProvider() {
        return FakeProvider.asynchronous(5, 3);
    }
}
