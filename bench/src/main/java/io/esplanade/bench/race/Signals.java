package io.esplanade.bench.race;

import static io.esplanade.ffi.linux.linux.PR_SET_PDEATHSIG;
import static io.esplanade.ffi.linux.linux.SIGCONT;
import static io.esplanade.ffi.linux.linux.SIGKILL;
import static io.esplanade.ffi.linux.linux.SIGSTOP;

import io.esplanade.engine.os.OsException;
import io.esplanade.ffi.linux.Syscalls;

/** Stops and continues processes, {@code kill(2)}. Any thread. */
public final class Signals {

    private Signals() {}

    /** Stops a child of this process, which has not been waited for. */
    static void stop(Process process) {
        send(process, SIGSTOP());
    }

    /** Lets a stopped child go on. */
    static void resume(Process process) {
        send(process, SIGCONT());
    }

    private static void send(Process process, int signal) {
        if (process.isAlive()) { // else its id may be another's by now
            int result = Syscalls.kill((int) process.pid(), signal);
            if (result < 0) {
                throw new OsException("cannot signal process " + process.pid(), -result);
            }
        }
    }

    /**
     * This process is killed, even while it is stopped, when the thread that started it ends,
     * however that comes about ({@code PR_SET_PDEATHSIG}). Holds while the calling thread lives.
     */
    public static void dieWithParent() {
        int result = Syscalls.prctl(PR_SET_PDEATHSIG(), SIGKILL(), 0, 0, 0);
        if (result < 0) {
            throw new OsException("cannot be killed with the parent", -result);
        }
    }
}
