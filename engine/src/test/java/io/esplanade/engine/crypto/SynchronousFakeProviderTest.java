package io.esplanade.engine.crypto;

class SynchronousFakeProviderTest extends CryptoProviderContract {

    @Override
    CryptoProvider newProvider() {
        return FakeProvider.synchronous(20);
    }
}
