package io.esplanade.engine.port.pcap;

import java.io.IOException;
import java.nio.file.Path;

/** A capture file is not what it should be: names the file, the byte and what is wrong there. */
public final class CaptureFormatException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    CaptureFormatException(Path file, long offset, String problem) {
        super("%s, byte %d: %s".formatted(file, offset, problem));
        this.file = file;
        this.offset = offset;
    }

    /** The file; null after deserialization. */
    public Path file() {
        return file;
    }

    /** Where in the file, in bytes from its beginning. */
    public long offset() {
        return offset;
    }
}
