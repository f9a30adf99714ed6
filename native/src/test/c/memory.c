/* Memory in which even the errors of code without sanitizers show: it ends where nothing is mapped. */

#include <sys/mman.h>

#include "test.h"

enum { PAGE = 4096, ALIGNMENT = CACHE_LINE, MARGIN = 64, CANARY = 0xc5, PACKET_PAGES = 4 };

static size_t pages(size_t size) {
    return (size + PAGE - 1) / PAGE * PAGE;
}

static uint8_t *map(size_t size) {
    uint8_t *p = mmap(
        NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    CHECK(mprotect(p + size, PAGE, PROT_NONE) == 0);
    return p;
}

static size_t room(size_t size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *guarded(size_t size) {
    size_t mapped = pages(room(size));
    return map(mapped) + mapped - room(size);
}

void free_guarded(void *memory, size_t size) {
    size_t mapped = pages(room(size));
    CHECK(munmap((uint8_t *)memory + room(size) - mapped, mapped + PAGE) == 0);
}

/* ipsec-mb reads a last block whole, and then forgets what is not the packet's. */
uint8_t *packet(uint32_t operation, uint32_t size) {
    static uint8_t *ends[MOST_OPERATIONS];
    if (ends[operation] == NULL) {
        ends[operation] = map(PACKET_PAGES * PAGE) + PACKET_PAGES * PAGE - MARGIN;
    }
    uint8_t *p = ends[operation] - size;
    memset(p - MARGIN, CANARY, MARGIN);
    memset(p + size, CANARY, MARGIN);
    return p;
}

void check_margins(const uint8_t *packet, uint32_t size) {
    for (int i = 0; i < MARGIN; i++) {
        CHECK(packet[-1 - i] == CANARY);
        CHECK(packet[size + i] == CANARY);
    }
}
