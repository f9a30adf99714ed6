package io.esplanade.engine.port.xdp;

import static io.esplanade.engine.port.xdp.BpfAssembler.STACK;
import static io.esplanade.ffi.linux.linux.XDP_PASS;

import io.esplanade.engine.net.Ethernet;
import io.esplanade.engine.net.IpProtocol;
import io.esplanade.engine.net.Ipv6;
import io.esplanade.engine.port.xdp.BpfAssembler.Width;

/**
 * What a port has the kernel do with each frame that a device receives: give it to the port's
 * socket of that queue, or go on with it itself.
 *
 * <p>To the port go, of frames for the device's link-layer address:
 *
 * <ul>
 *   <li>to an address of the gateway: ESP, AH, ESP in UDP on port 4500 (whose first four bytes are
 *       not zero, which marks IKE: RFC 3948 §2.2), and on the outside fragments, of which one
 *       cannot see what they are;
 *   <li>to any other address, if the port takes all: whatever is IP and not link-local.
 * </ul>
 */
final class XdpProgram {

    // What the program keeps in its registers.
    private static final int CONTEXT = 6;
    private static final int TRANSPORT = 7;
    private static final int PROTOCOL = 8;
    private static final int IS_FRAGMENT = 9;

    // struct xdp_md
    private static final int DATA = 0;
    private static final int DATA_END = 4;
    private static final int QUEUE = 16;

    private static final int IP = Ethernet.HEADER_LENGTH;
    private static final int LEAST_WORDS = 5; // of an IPv4 header
    private static final int MOST_WORDS = 15;
    private static final int KEY = -16; // on the stack: an address, IPv4's mapped

    private static final int LOOK_UP = 1; // helpers' numbers
    private static final int REDIRECT = 51;

    private XdpProgram() {}

    /**
     * @param mac the device's
     * @param sockets the map of sockets by queue
     * @param addresses the map whose keys are the gateway's addresses
     * @param all whether packets to other addresses are the port's too
     * @param fragments whether fragments to the gateway's addresses are
     */
    static long[] assemble(long mac, int sockets, int addresses, boolean all, boolean fragments) {
        BpfAssembler code = new BpfAssembler();
        code.move(CONTEXT, 1);
        code.load(Width.WORD, 2, CONTEXT, DATA).load(Width.WORD, 3, CONTEXT, DATA_END);
        need(code, IP + 20);
        // Fields in network order are compared as this machine loads them.
        code.load(Width.WORD, 4, 2, 0)
                .jumpIfNot(4, Integer.reverseBytes((int) (mac >>> 16)), "pass");
        code.load(Width.HALF, 4, 2, 4).jumpIfNot(4, swap((int) mac), "pass");
        code.load(Width.HALF, 4, 2, 12).jumpIf(4, swap(Ethernet.IPV4), "ipv4");
        code.jumpIfNot(4, swap(Ethernet.IPV6), "pass");
        ipv6(code);
        ipv4(code);
        decide(code, addresses, all, fragments);
        code.label("redirect").load(Width.WORD, 2, CONTEXT, QUEUE).loadMap(1, sockets);
        code.moveValue(3, XDP_PASS()).call(REDIRECT).exit(); // where there is no socket, pass
        return code.label("pass").moveValue(0, XDP_PASS()).exit().assemble();
    }

    private static int swap(int half) {
        return Short.toUnsignedInt(Short.reverseBytes((short) half));
    }

    /** Passes frames that are shorter than what is read next. */
    private static void need(BpfAssembler code, int bytes) {
        code.move(4, 2).addValue(4, bytes).jumpIfGreater(4, 3, "pass");
    }

    private static void ipv6(BpfAssembler code) {
        need(code, IP + Ipv6.HEADER_LENGTH);
        code.load(Width.HALF, 4, 2, IP + 24)
                .andValue(4, swap(0xffc0))
                .jumpIf(4, swap(0xfe80), "pass");
        for (int i = 0; i < 16; i += 4) {
            code.load(Width.WORD, 4, 2, IP + 24 + i).store(Width.WORD, STACK, KEY + i, 4);
        }
        code.load(Width.BYTE, PROTOCOL, 2, IP + 6).moveValue(IS_FRAGMENT, 0);
        code.move(TRANSPORT, 2).addValue(TRANSPORT, IP + Ipv6.HEADER_LENGTH);
        code.jumpIfNot(PROTOCOL, IpProtocol.FRAGMENT, "decide");
        code.moveValue(IS_FRAGMENT, 1).jump("decide");
    }

    private static void ipv4(BpfAssembler code) {
        code.label("ipv4").storeValue(Width.DOUBLE, STACK, KEY, 0);
        code.storeValue(Width.WORD, STACK, KEY + 8, 0xffff_0000);
        code.load(Width.WORD, 4, 2, IP + 16).store(Width.WORD, STACK, KEY + 12, 4);
        code.load(Width.BYTE, PROTOCOL, 2, IP + 9);
        code.load(Width.HALF, IS_FRAGMENT, 2, IP + 6).andValue(IS_FRAGMENT, swap(0x3fff));
        code.load(Width.BYTE, 4, 2, IP).andValue(4, 15);
        // Each length by itself: only who has CAP_PERFMON may add what is not constant to a
        // pointer.
        for (int words = LEAST_WORDS; words <= MOST_WORDS; words++) {
            code.jumpIfNot(4, words, "not " + words);
            code.move(TRANSPORT, 2).addValue(TRANSPORT, IP + 4 * words).jump("decide");
            code.label("not " + words);
        }
        code.jump("pass");
    }

    private static void decide(BpfAssembler code, int addresses, boolean all, boolean fragments) {
        code.label("decide").loadMap(1, addresses).move(2, STACK).addValue(2, KEY).call(LOOK_UP);
        code.jumpIfNotNull(0, "own").jump(all ? "redirect" : "pass");
        code.label("own").jumpIf(IS_FRAGMENT, 0, "whole").jump(fragments ? "redirect" : "pass");
        code.label("whole").jumpIf(PROTOCOL, IpProtocol.ESP, "redirect");
        code.jumpIf(PROTOCOL, IpProtocol.AH, "redirect");
        code.jumpIfNot(PROTOCOL, IpProtocol.UDP, "pass");
        code.load(Width.WORD, 3, CONTEXT, DATA_END);
        code.move(4, TRANSPORT).addValue(4, 12).jumpIfGreater(4, 3, "pass");
        code.load(Width.HALF, 4, TRANSPORT, 2).jumpIfNot(4, swap(4500), "pass");
        code.load(Width.WORD, 4, TRANSPORT, 8).jumpIf(4, 0, "pass");
    }
}
