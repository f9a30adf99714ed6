package io.esplanade.engine.port.device;

import io.esplanade.testing.NetworkNamespace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Transfers between hosts, by their kernels' own TCP and UDP: small programs in Python. */
final class Transfer {

    private static final String PYTHON = "/usr/bin/python3";

    /** Bytes that look alike nowhere, of both ends' making. */
    private static final String DATA =
            "import socket,sys,random\nd=random.Random(1).randbytes(int(sys.argv[2]))\n";

    private static final String TCP_SERVER =
            DATA
                    + """
                    s=socket.create_server((sys.argv[1],5001),family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
                    print('ready',flush=True)
                    s.settimeout(60)
                    c,_=s.accept()
                    c.settimeout(60)
                    g=b''
                    while True:
                        b=c.recv(65536)
                        if not b: break
                        g+=b
                    print(len(g) if g==d else 'other bytes',flush=True)
                    """;
    private static final String TCP_CLIENT =
            DATA
                    + """
                    c=socket.create_connection((sys.argv[1],5001),timeout=60)
                    c.sendall(d)
                    c.close()
                    """;
    private static final String UDP_SERVER =
            """
            import socket,sys
            s=socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET,socket.SOCK_DGRAM)
            s.bind((sys.argv[1],5001))
            s.settimeout(10)
            print('ready',flush=True)
            n=0
            try:
                while n<int(sys.argv[2]):
                    b=s.recv(65536)
                    n+=b==bytes([n])*(100+n)
            except TimeoutError: pass
            print(n,flush=True)
            """;
    private static final String UDP_CLIENT =
            """
            import socket,sys,time
            s=socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET,socket.SOCK_DGRAM)
            for i in range(int(sys.argv[2])):
                s.sendto(bytes([i])*(100+i),(sys.argv[1],5001))
                time.sleep(0.01)
            """;

    private Transfer() {}

    /** Sends {@code bytes} over one connection; how many arrived as they were. */
    static int tcp(NetworkNamespace from, NetworkNamespace to, String address, int bytes) {
        return transfer(from, to, TCP_SERVER, TCP_CLIENT, address, bytes);
    }

    /** Sends datagrams of different sizes; how many arrived in order and as they were. */
    static int udp(NetworkNamespace from, NetworkNamespace to, String address, int datagrams) {
        return transfer(from, to, UDP_SERVER, UDP_CLIENT, address, datagrams);
    }

    private static int transfer(
            NetworkNamespace from,
            NetworkNamespace to,
            String server,
            String client,
            String at,
            int n) {
        Process receiver = to.start(List.of(PYTHON, "-c", server, at, "" + n));
        Process sender = null;
        try (var output = receiver.inputReader(StandardCharsets.UTF_8)) {
            String ready = output.readLine();
            if (!"ready".equals(ready)) {
                throw new AssertionError(ready + "\n" + output.readAllAsString());
            }
            sender = from.start(List.of(PYTHON, "-c", client, at, "" + n));
            String count = output.readLine();
            return Integer.parseInt(count);
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            receiver.destroy();
            if (sender != null) {
                sender.destroy();
            }
        }
    }
}
