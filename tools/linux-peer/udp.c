/*
 * The peer's UDP: datagrams to port 7 go back to where they came from, and ESP on port 4500 goes
 * to the kernel, which wants a socket of either family for that.
 */
#include <arpa/inet.h>
#include <linux/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static void check(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

/* A socket of IPv6, which without v6only takes IPv4 too. */
static int listen6(int port, int v6only)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int udp = socket(AF_INET6, SOCK_DGRAM, 0);

	check(setsockopt(udp, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only), "IPV6_V6ONLY");
	check(bind(udp, (struct sockaddr *)&any, sizeof any), "bind");
	return udp;
}

static int listen4(int port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	int udp = socket(AF_INET, SOCK_DGRAM, 0);

	check(bind(udp, (struct sockaddr *)&any, sizeof any), "bind");
	return udp;
}

static void take_esp(int udp)
{
	int type = UDP_ENCAP_ESPINUDP;

	check(setsockopt(udp, IPPROTO_UDP, UDP_ENCAP, &type, sizeof type), "UDP_ENCAP");
}

int main(void)
{
	static char datagram[65536];
	struct sockaddr_in6 from;
	int echo = listen6(7, 0);

	take_esp(listen4(4500));
	take_esp(listen6(4500, 1));
	for (;;) {
		socklen_t length = sizeof from;
		ssize_t got = recvfrom(echo, datagram, sizeof datagram, 0,
				       (struct sockaddr *)&from, &length);

		if (got >= 0)
			sendto(echo, datagram, got, 0, (struct sockaddr *)&from, length);
	}
}
