/* Sends each UDP datagram back to where it came from: echo-udp PORT, both families. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	static char datagram[65536];
	struct sockaddr_in6 here = {.sin6_family = AF_INET6}, there;
	socklen_t length = sizeof there;
	ssize_t got;
	int udp = socket(AF_INET6, SOCK_DGRAM, 0);

	here.sin6_port = htons(argc > 1 ? atoi(argv[1]) : 7);
	if (udp < 0 || bind(udp, (struct sockaddr *)&here, sizeof here) < 0) {
		perror("echo-udp");
		return 1;
	}
	for (;;) {
		length = sizeof there;
		got = recvfrom(udp, datagram, sizeof datagram, 0, (struct sockaddr *)&there, &length);
		if (got >= 0)
			sendto(udp, datagram, got, 0, (struct sockaddr *)&there, length);
	}
}
