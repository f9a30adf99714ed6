/* The floor of ports of type af-xdp: two threads in plain C, one of which copies a packet into
   frame after frame and sends them by an AF_XDP socket on one end of a veth pair, while the other
   receives them at the other end by such a socket and gives the frames back. No crypto, no
   headers looked at, no library. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 4096, FRAME = 2048, BURST = 32, HEADROOM = 256 };

struct ring {
    uint32_t *producer, *consumer;
    char *slots, *mapping;
    size_t size;
};

struct end {
    int socket, link, cpu, length;
    char *frames;
    struct ring rx, tx, fill, done;
    const unsigned char *packet;
    volatile int *stop;
    uint64_t packets, cpu_nanos;
};

/* What is answered; the same in Java. */
struct xdp_floor_result {
    uint64_t received, sent, nanos, sender_cpu_nanos, receiver_cpu_nanos;
};

static long bpf(int command, union bpf_attr *attr) {
    return syscall(SYS_bpf, command, attr, sizeof *attr);
}

static uint64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int map_ring(int socket, struct ring *ring, const struct xdp_ring_offset *at, size_t slot,
                    off_t page) {
    ring->size = at->desc + ENTRIES * slot;
    char *m = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, socket, page);
    if (m == MAP_FAILED) {
        return -errno;
    }
    ring->mapping = m;
    ring->producer = (uint32_t *)(m + at->producer);
    ring->consumer = (uint32_t *)(m + at->consumer);
    ring->slots = m + at->desc;
    return 0;
}

static void close_end(struct end *e) {
    struct ring *rings[] = {&e->rx, &e->tx, &e->fill, &e->done};
    for (int i = 0; i < 4; i++) {
        if (rings[i]->mapping != NULL) {
            munmap(rings[i]->mapping, rings[i]->size);
        }
    }
    close(e->link);
    close(e->socket);
    if (e->frames != NULL) {
        munmap(e->frames, (size_t)2 * ENTRIES * FRAME);
    }
}

/* Everything that a device receives goes to the socket. */
static int attach(struct end *e, int device) {
    union bpf_attr a;
    memset(&a, 0, sizeof a);
    a.map_type = BPF_MAP_TYPE_XSKMAP;
    a.key_size = a.value_size = 4;
    a.max_entries = 1;
    int map = (int)bpf(BPF_MAP_CREATE, &a);
    if (map < 0) {
        return -errno;
    }
    const struct bpf_insn program[] = {
        {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = 16},
        {.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
        {0},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = XDP_PASS},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map},
        {.code = BPF_JMP | BPF_EXIT},
    };
    memset(&a, 0, sizeof a);
    a.prog_type = BPF_PROG_TYPE_XDP;
    a.insn_cnt = sizeof program / sizeof *program;
    a.insns = (uintptr_t)program;
    a.license = (uintptr_t)"";
    int loaded = (int)bpf(BPF_PROG_LOAD, &a);
    if (loaded < 0) {
        return -errno;
    }
    memset(&a, 0, sizeof a);
    a.link_create.prog_fd = (uint32_t)loaded;
    a.link_create.target_ifindex = (uint32_t)device;
    a.link_create.attach_type = BPF_XDP;
    a.link_create.flags = XDP_FLAGS_DRV_MODE;
    e->link = (int)bpf(BPF_LINK_CREATE, &a);
    if (e->link < 0) {
        return -errno;
    }
    uint32_t key = 0, value = (uint32_t)e->socket;
    memset(&a, 0, sizeof a);
    a.map_fd = (uint32_t)map;
    a.key = (uintptr_t)&key;
    a.value = (uintptr_t)&value;
    if (bpf(BPF_MAP_UPDATE_ELEM, &a) < 0) {
        return -errno;
    }
    close(loaded);
    close(map);
    return 0;
}

static int open_end(struct end *e, const char *name) {
    int device = (int)if_nametoindex(name);
    e->socket = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (device == 0 || e->socket < 0) {
        return -errno;
    }
    e->frames = mmap(NULL, (size_t)2 * ENTRIES * FRAME, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    struct xdp_umem_reg memory = {.addr = (uintptr_t)e->frames,
                                  .len = (uint64_t)2 * ENTRIES * FRAME,
                                  .chunk_size = FRAME};
    if (setsockopt(e->socket, SOL_XDP, XDP_UMEM_REG, &memory, sizeof memory) < 0) {
        return -errno;
    }
    const int rings[] = {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING, XDP_TX_RING};
    int entries = ENTRIES;
    for (int i = 0; i < 4; i++) {
        if (setsockopt(e->socket, SOL_XDP, rings[i], &entries, sizeof entries) < 0) {
            return -errno;
        }
    }
    int budget = 256; /* XDP_MAX_TX_SKB_BUDGET, where there is one */
    setsockopt(e->socket, SOL_XDP, 9, &budget, sizeof budget);
    struct xdp_mmap_offsets at;
    socklen_t size = sizeof at;
    if (getsockopt(e->socket, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size) < 0) {
        return -errno;
    }
    int r = map_ring(e->socket, &e->rx, &at.rx, sizeof(struct xdp_desc), XDP_PGOFF_RX_RING);
    r = r ? r : map_ring(e->socket, &e->tx, &at.tx, sizeof(struct xdp_desc), XDP_PGOFF_TX_RING);
    r = r ? r : map_ring(e->socket, &e->fill, &at.fr, 8, (off_t)XDP_UMEM_PGOFF_FILL_RING);
    r = r ? r : map_ring(e->socket, &e->done, &at.cr, 8, (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
    struct sockaddr_xdp address = {.sxdp_family = AF_XDP,
                                   .sxdp_flags = XDP_USE_NEED_WAKEUP,
                                   .sxdp_ifindex = (uint32_t)device};
    for (int i = 0; r == 0 && i < 50; i++) {
        if (bind(e->socket, (struct sockaddr *)&address, sizeof address) == 0) {
            return attach(e, device);
        }
        if (errno != EBUSY) {
            return -errno;
        }
        usleep(20000);
    }
    return r ? r : -EBUSY;
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void *send_all(void *argument) {
    struct end *e = argument;
    uint64_t free_frames[ENTRIES];
    int count = ENTRIES;
    for (int i = 0; i < count; i++) {
        free_frames[i] = (uint64_t)i * FRAME + HEADROOM;
    }
    pin(e->cpu);
    uint64_t begin = now(CLOCK_THREAD_CPUTIME_ID);
    while (!*e->stop) {
        uint32_t done = __atomic_load_n(e->done.producer, __ATOMIC_ACQUIRE), at = *e->done.consumer;
        for (; at != done; at++) {
            free_frames[count++] = ((uint64_t *)e->done.slots)[at & (ENTRIES - 1)];
        }
        __atomic_store_n(e->done.consumer, at, __ATOMIC_RELEASE);
        uint32_t next = *e->tx.producer;
        int n = count < BURST ? count : BURST;
        for (int i = 0; i < n; i++) {
            struct xdp_desc *d = (struct xdp_desc *)e->tx.slots + ((next + i) & (ENTRIES - 1));
            d->addr = free_frames[--count];
            d->len = (uint32_t)e->length;
            d->options = 0;
            memcpy(e->frames + d->addr, e->packet, (size_t)e->length);
        }
        __atomic_store_n(e->tx.producer, next + n, __ATOMIC_RELEASE);
        sendto(e->socket, NULL, 0, MSG_DONTWAIT, NULL, 0);
        __atomic_store_n(&e->packets, e->packets + (uint64_t)n, __ATOMIC_RELAXED);
    }
    e->cpu_nanos = now(CLOCK_THREAD_CPUTIME_ID) - begin;
    return NULL;
}

static void *receive_all(void *argument) {
    struct end *e = argument;
    pin(e->cpu);
    for (uint32_t i = 0; i < ENTRIES; i++) {
        ((uint64_t *)e->fill.slots)[i] = (uint64_t)(ENTRIES + i) * FRAME;
    }
    __atomic_store_n(e->fill.producer, ENTRIES, __ATOMIC_RELEASE);
    uint64_t begin = now(CLOCK_THREAD_CPUTIME_ID), sum = 0;
    while (!*e->stop) {
        uint32_t end = __atomic_load_n(e->rx.producer, __ATOMIC_ACQUIRE), at = *e->rx.consumer;
        uint32_t back = *e->fill.producer, n = end - at < BURST ? end - at : BURST;
        for (uint32_t i = 0; i < n; i++) {
            struct xdp_desc *d = (struct xdp_desc *)e->rx.slots + ((at + i) & (ENTRIES - 1));
            sum += (unsigned char)e->frames[d->addr];
            ((uint64_t *)e->fill.slots)[(back + i) & (ENTRIES - 1)] = d->addr & -(uint64_t)FRAME;
        }
        __atomic_store_n(e->rx.consumer, at + n, __ATOMIC_RELEASE);
        __atomic_store_n(e->fill.producer, back + n, __ATOMIC_RELEASE);
        __atomic_store_n(&e->packets, e->packets + n, __ATOMIC_RELAXED);
    }
    e->cpu_nanos = now(CLOCK_THREAD_CPUTIME_ID) - begin + (sum == UINT64_MAX);
    return NULL;
}

/* Sends packets of so many bytes from one device to the other for so long; 0 or -errno. */
__attribute__((visibility("default"))) int xdp_floor(const char *from, const char *to, const unsigned char *packet, int length, int millis,
              int cpu_from, int cpu_to, struct xdp_floor_result *result) {
    volatile int stop = 0;
    struct end sender = {.link = -1, .socket = -1, .cpu = cpu_from, .length = length, .packet = packet, .stop = &stop};
    struct end receiver = {.link = -1, .socket = -1, .cpu = cpu_to, .stop = &stop};
    int r = open_end(&sender, from);
    r = r ? r : open_end(&receiver, to);
    if (r == 0) {
        pthread_t threads[2];
        pthread_create(&threads[0], NULL, receive_all, &receiver);
        pthread_create(&threads[1], NULL, send_all, &sender);
        usleep(100000);
        uint64_t sent = __atomic_load_n(&sender.packets, __ATOMIC_RELAXED);
        uint64_t before = __atomic_load_n(&receiver.packets, __ATOMIC_RELAXED);
        uint64_t begin = now(CLOCK_MONOTONIC);
        usleep((useconds_t)millis * 1000);
        result->received = __atomic_load_n(&receiver.packets, __ATOMIC_RELAXED) - before;
        result->nanos = now(CLOCK_MONOTONIC) - begin;
        result->sent = __atomic_load_n(&sender.packets, __ATOMIC_RELAXED) - sent;
        stop = 1;
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
        /* They ran a little longer than was counted. */
        result->sender_cpu_nanos = sender.cpu_nanos * result->sent / (sender.packets | 1);
        result->receiver_cpu_nanos = receiver.cpu_nanos * result->received / (receiver.packets | 1);
    }
    close_end(&sender);
    close_end(&receiver);
    return r;
}
