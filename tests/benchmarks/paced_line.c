/* A line of so many bits a second between two open files: each byte arrives when it would on a wire of that speed.
 * Usage: paced_line BAUD FILE FILE      ten bits to a byte (8N1); ends when a file does */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t byte_ns;
static int file[2];

static int64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void *carry(void *from) {
    int one = *(int *)from, side = one == file[1];
    uint8_t bytes[512];
    int64_t arrives = 0;
    for (;;) {
        ssize_t count = read(one, bytes, sizeof bytes);
        if (count <= 0) exit(0);
        if (arrives < now()) arrives = now();
        for (ssize_t at = 0; at < count; at++) {
            arrives += byte_ns;
            struct timespec until = {arrives / 1000000000LL, arrives % 1000000000LL};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
            if (write(file[!side], bytes + at, 1) != 1) exit(0);
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    byte_ns = 10000000000LL / atoi(argv[1]);
    file[0] = atoi(argv[2]);
    file[1] = atoi(argv[3]);
    puts("ready");
    fflush(stdout);
    pthread_t other;
    if (pthread_create(&other, NULL, carry, &file[1])) return 1;
    carry(&file[0]);
    return 0;
}
