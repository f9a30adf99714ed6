package io.esplanade.gateway.file;

import io.esplanade.engine.crypto.Encryption;
import io.esplanade.engine.crypto.Integrity;
import io.esplanade.engine.crypto.Suite;
import io.esplanade.engine.ipsec.IpsecProtocol;
import io.esplanade.gateway.file.GatewayFile.Proposal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads a proposal, as swanctl's esp_proposals and ah_proposals have them: of ESP an encryption
 * algorithm, and an integrity algorithm unless the first authenticates too; of AH an integrity
 * algorithm; and esn or noesn.
 */
final class Proposals {

    private static final List<String> ENCRYPTION =
            Arrays.stream(Encryption.values()).map(Encryption::keyword).toList();
    private static final List<String> INTEGRITY =
            Arrays.stream(Integrity.values())
                    .filter(i -> i != Integrity.NONE)
                    .map(Integrity::keyword)
                    .toList();

    /** What should be said of an AEAD that is named without the bytes of its ICV. */
    private static final String LONGEST_ICV = "16";

    private Proposals() {}

    static Proposal esp(String text) {
        List<String> words = words(text);
        boolean esn = takeEsn(words);
        Optional<Suite> suite = Suite.ofKeyword(String.join("-", words));
        return new Proposal(IpsecProtocol.ESP, suite.orElseThrow(() -> wrong(text, words)), esn);
    }

    static Proposal ah(String text) {
        List<String> words = words(text);
        boolean esn = takeEsn(words);
        String first = words.isEmpty() ? text : words.getFirst();
        if (Suite.ofKeyword(String.join("-", words)).isPresent()) {
            throw new Wrong(
                    "AH encrypts nothing: '" + first + "' is not for it",
                    "name an integrity algorithm alone, such as sha256-esn; or write esp-proposal");
        }
        if (!INTEGRITY.contains(first)) {
            throw new Wrong(
                    "'" + first + "' is no integrity algorithm here",
                    Nearest.remedy(first, INTEGRITY));
        }
        if (words.size() > 1) {
            throw saysMore(text, first);
        }
        Suite suite = Suite.ofKeyword(Encryption.NULL.keyword() + "-" + first).orElseThrow();
        return new Proposal(IpsecProtocol.AH, suite, esn);
    }

    private static List<String> words(String text) {
        return new ArrayList<>(List.of(text.toLowerCase(Locale.ROOT).split("-")));
    }

    /** Takes the last word away if it is about ESN, and says what it says. */
    private static boolean takeEsn(List<String> words) {
        boolean esn = words.getLast().equals("esn");
        if (esn || words.getLast().equals("noesn")) {
            words.removeLast();
        }
        return esn;
    }

    private static Wrong wrong(String text, List<String> words) {
        String first = words.isEmpty() ? text : words.getFirst();
        Optional<Encryption> known =
                Arrays.stream(Encryption.values())
                        .filter(e -> e.keyword().equals(first))
                        .findFirst();
        if (known.isEmpty()) {
            return new Wrong(
                    "'" + first + "' is not an algorithm here",
                    ENCRYPTION.contains(first + LONGEST_ICV)
                            ? "did you mean '" + first + LONGEST_ICV + "'?"
                            : Nearest.remedy(first, ENCRYPTION));
        }
        Encryption encryption = known.get();
        if (encryption.authenticates()) {
            return words.size() == 2 && INTEGRITY.contains(words.get(1))
                    ? new Wrong(
                            first + " authenticates too: it goes without " + words.get(1),
                            "write " + first + "-esn, or " + first + " without ESN")
                    : saysMore(text, first);
        }
        if (words.size() == 1) {
            return new Wrong(
                    first + " needs an integrity algorithm",
                    "write " + first + "-" + partners(encryption).getFirst());
        }
        String second = words.get(1);
        if (!partners(encryption).contains(second)) {
            return new Wrong(
                    "'" + second + "' is no integrity algorithm that goes with " + first,
                    Nearest.remedy(second, partners(encryption)));
        }
        return saysMore(text, first + "-" + second);
    }

    private static Wrong saysMore(String text, String suite) {
        return new Wrong(
                "'" + text + "' says more than algorithms and esn or noesn",
                "write " + suite + "-esn, or " + suite + " without ESN");
    }

    /** The integrity algorithms that go with it; what is best of them first. */
    private static List<String> partners(Encryption encryption) {
        return Suite.all().stream()
                .filter(s -> s.encryption() == encryption)
                .sorted(
                        (a, b) ->
                                a.integrity().requirement().compareTo(b.integrity().requirement()))
                .map(s -> s.integrity().keyword())
                .toList();
    }
}
