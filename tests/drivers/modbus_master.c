/* A master by another maker (libmodbus): reads COUNT holding registers from FIRST so many TIMES over and prints
 * the registers of the last answer, then the microseconds of each read. Usage:
 *   modbus_master PORT BAUD UNIT FIRST COUNT TIMES        PORT is a file, or a number of a TCP port */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    if (argc != 7) return 2;
    int port = atoi(argv[1]), first = atoi(argv[4]), count = atoi(argv[5]), times = atoi(argv[6]);
    modbus_t *line = port ? modbus_new_tcp("127.0.0.1", port) : modbus_new_rtu(argv[1], atoi(argv[2]), 'N', 8, 1);
    if (line == NULL || modbus_set_slave(line, atoi(argv[3])) < 0 || modbus_connect(line) < 0) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    uint16_t registers[125];
    double *took = malloc(sizeof(double) * (size_t)times);
    for (int at = 0; at < times; at++) {
        struct timespec began, ended;
        clock_gettime(CLOCK_MONOTONIC, &began);
        if (modbus_read_registers(line, first, count, registers) != count) {
            fprintf(stderr, "%s\n", modbus_strerror(errno));
            return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &ended);
        took[at] = 1e6 * (double)(ended.tv_sec - began.tv_sec) + 1e-3 * (double)(ended.tv_nsec - began.tv_nsec);
    }
    for (int at = 0; at < count; at++) printf("%d ", registers[at]);
    for (int at = 0; at < times; at++) printf("\n%.2f", took[at]);
    puts("");
    return 0;
}
