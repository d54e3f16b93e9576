/* A slave by another maker (libmodbus) for the tests of our bus: every register holds its own address, so that a
 * mix-up shows, and registers 900 and 901 count the requests, so that an old answer shows.
 * Usage: modbus_slave rtu PORT UNIT | modbus_slave tcp PORT UNIT */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int tcp = strcmp(argv[1], "tcp") == 0;
    modbus_t *line =
        tcp ? modbus_new_tcp("127.0.0.1", atoi(argv[2])) : modbus_new_rtu(argv[2], 115200, 'N', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(1000, 1000, 1000, 1000);
    if (line == NULL || map == NULL) return 2;
    modbus_set_slave(line, atoi(argv[3]));
    for (int at = 0; at < 1000; at++) {
        map->tab_registers[at] = map->tab_input_registers[at] = (uint16_t)at;
        map->tab_bits[at] = map->tab_input_bits[at] = at % 3 == 0;
    }
    int listener = tcp ? modbus_tcp_listen(line, 1) : -1;
    if (tcp ? listener < 0 : modbus_connect(line) < 0) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    unsigned requests = 0;
    uint8_t query[MODBUS_MAX_ADU_LENGTH];
    for (;;) {
        if (tcp && modbus_tcp_accept(line, &listener) < 0) return 1;
        for (;;) {
            int length = modbus_receive(line, query);
            if (length < 0 && (tcp || errno == EIO || errno == EBADF)) break;
            if (length <= 0) continue;
            requests++;
            map->tab_registers[900] = (uint16_t)(requests >> 16);
            map->tab_registers[901] = (uint16_t)requests;
            modbus_reply(line, query, length, map);
        }
        if (!tcp) return 0;
        modbus_close(line);
    }
}
