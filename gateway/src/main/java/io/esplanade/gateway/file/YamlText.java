package io.esplanade.gateway.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a gateway file's text; what cannot be one is said in one line. */
final class YamlText {

    /** A gateway file of a thousand tunnels has a tenth of this. */
    static final int MAX_BYTES = 4 << 20;

    private YamlText() {}

    /** The text of the file, or nothing, with the reason in {@code problems}. */
    static Optional<String> read(Path path, Problems problems) {
        try {
            if (Files.isDirectory(path)) {
                problems.error(Position.FILE, "is a directory", "name a gateway file inside it");
                return Optional.empty();
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(path)) {
                bytes = in.readNBytes(MAX_BYTES + 1);
            }
            if (bytes.length > MAX_BYTES) {
                problems.error(
                        Position.FILE,
                        "is larger than " + (MAX_BYTES >> 20) + " MiB: not a gateway file",
                        "name a gateway file; captures are named inside it");
                return Optional.empty();
            }
            return decode(bytes, problems);
        } catch (NoSuchFileException e) {
            problems.error(
                    Position.FILE, "there is no such file", "check the name and the directory");
        } catch (AccessDeniedException e) {
            problems.error(
                    Position.FILE,
                    "may not be read by this user",
                    "change its owner or mode, or run as a user who may read it");
        } catch (IOException e) {
            problems.error(Position.FILE, "cannot be read: " + e, "check the disk and the mount");
        }
        return Optional.empty();
    }

    private static Optional<String> decode(byte[] bytes, Problems problems) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            problems.error(
                    new Position(line, text.length() - text.lastIndexOf('\n')),
                    "is not UTF-8 from here on",
                    "save the file as UTF-8");
            return Optional.empty();
        }
        text = text.startsWith("\uFEFF") ? text.substring(1) : text; // a byte order mark
        if (text.isBlank()) {
            problems.error(
                    Position.FILE,
                    "is empty",
                    "begin with the examples that `esplanade --help` names");
            return Optional.empty();
        }
        return Optional.of(text);
    }
}
