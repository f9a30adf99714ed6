package io.esplanade.engine.port.xdp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes programs of the kernel's BPF machine (RFC 9669): registers {@code 0} to {@code 10}, one
 * instruction of 64 bits after the other, jumps forward to labels.
 */
final class BpfAssembler {

    /** Register 10: the end of the program's stack, below which it may write. */
    static final int STACK = 10;

    /** How wide a load or store is. */
    enum Width {
        WORD(0x00),
        HALF(0x08),
        BYTE(0x10),
        DOUBLE(0x18);

        private final int bits;

        Width(int bits) {
            this.bits = bits;
        }
    }

    private static final int LOAD = 0x61; // of a word, from memory to a register
    private static final int STORE = 0x63;
    private static final int STORE_VALUE = 0x62;
    private static final int MOVE = 0xbf;
    private static final int MOVE_VALUE = 0xb7;
    private static final int ADD_VALUE = 0x07;
    private static final int AND_VALUE = 0x57;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_GREATER = 0x2d;
    private static final int JUMP_IF_VALUE = 0x16; // compares 32 bits
    private static final int JUMP_IF_NOT_VALUE = 0x56;
    private static final int JUMP_IF_NOT_ZERO = 0x55; // compares 64 bits
    private static final int LOAD_MAP = 0x18; // takes two instructions
    private static final int MAP_DESCRIPTOR = 1; // in the source's place: BPF_PSEUDO_MAP_FD
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;

    private final List<Long> code = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final Map<Integer, String> jumps = new HashMap<>(); // by their place

    private BpfAssembler add(int operation, int to, int from, int offset, int value) {
        code.add(
                operation
                        | (long) (to | from << 4) << 8
                        | (offset & 0xffffL) << 16
                        | (long) value << 32);
        return this;
    }

    /** What jumps to {@code label} goes on here. */
    BpfAssembler label(String label) {
        labels.put(label, code.size());
        return this;
    }

    BpfAssembler load(Width width, int to, int from, int offset) {
        return add(LOAD | width.bits, to, from, offset, 0);
    }

    BpfAssembler store(Width width, int to, int offset, int from) {
        return add(STORE | width.bits, to, from, offset, 0);
    }

    BpfAssembler storeValue(Width width, int to, int offset, int value) {
        return add(STORE_VALUE | width.bits, to, 0, offset, value);
    }

    BpfAssembler move(int to, int from) {
        return add(MOVE, to, from, 0, 0);
    }

    BpfAssembler moveValue(int to, int value) {
        return add(MOVE_VALUE, to, 0, 0, value);
    }

    BpfAssembler addValue(int to, int value) {
        return add(ADD_VALUE, to, 0, 0, value);
    }

    BpfAssembler andValue(int to, int value) {
        return add(AND_VALUE, to, 0, 0, value);
    }

    /** The map of this descriptor. */
    BpfAssembler loadMap(int to, int descriptor) {
        add(LOAD_MAP, to, MAP_DESCRIPTOR, 0, descriptor);
        return add(0, 0, 0, 0, 0);
    }

    BpfAssembler jump(String label) {
        return jump(JUMP, 0, 0, 0, label);
    }

    /** Jumps if {@code a} is above {@code b}, both unsigned. */
    BpfAssembler jumpIfGreater(int a, int b, String label) {
        return jump(JUMP_IF_GREATER, a, b, 0, label);
    }

    /** Jumps if the low 32 bits are this value. */
    BpfAssembler jumpIf(int register, int value, String label) {
        return jump(JUMP_IF_VALUE, register, 0, value, label);
    }

    /** Jumps if the low 32 bits are another value. */
    BpfAssembler jumpIfNot(int register, int value, String label) {
        return jump(JUMP_IF_NOT_VALUE, register, 0, value, label);
    }

    /**
     * Jumps if a pointer is not null. Of 32 bits of a pointer the kernel wants to know nothing, but
     * from who may do anything.
     */
    BpfAssembler jumpIfNotNull(int pointer, String label) {
        return jump(JUMP_IF_NOT_ZERO, pointer, 0, 0, label);
    }

    private BpfAssembler jump(int operation, int to, int from, int value, String label) {
        jumps.put(code.size(), label);
        return add(operation, to, from, 0, value);
    }

    /** Calls a helper of the kernel's, which answers in register 0 and forgets 1 to 5. */
    BpfAssembler call(int helper) {
        return add(CALL, 0, 0, 0, helper);
    }

    BpfAssembler exit() {
        return add(EXIT, 0, 0, 0, 0);
    }

    /** The program, its jumps resolved. */
    long[] assemble() {
        long[] program = code.stream().mapToLong(Long::longValue).toArray();
        jumps.forEach(
                (at, label) -> {
                    long distance = labels.get(label) - at - 1;
                    program[at] |= (distance & 0xffff) << 16;
                });
        return program;
    }
}
