/* A slave by another maker (libmodbus) for the tests of our bus: every register holds its own address, so that a
 * mix-up shows, and registers 900 and 901 count the requests, so that an old answer shows.
 * Usage: modbus_slave rtu PORT UNIT        on a serial port
 *        modbus_slave fd NUMBER UNIT       on an open file, such as the far end of a pseudo-terminal;
 *                                          as UNIT 0 on a socket it is every unit that is asked
 *        modbus_slave tcp PORT UNIT        one connection at a time
 *        modbus_slave many PORT UNIT       a process for each connection */
#include <errno.h>
#include <modbus.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void serve(modbus_t *line, modbus_mapping_t *map, int tcp, int every_unit) {
    static unsigned requests = 0;
    uint8_t query[MODBUS_MAX_ADU_LENGTH], unit;
    for (;;) {
        if (every_unit) {
            if (recv(modbus_get_socket(line), &unit, 1, MSG_PEEK) != 1) return;
            modbus_set_slave(line, unit);
        }
        int length = modbus_receive(line, query);
        if (length < 0 && (tcp || errno == EIO || errno == EBADF)) return;
        if (length <= 0) continue;
        requests++;
        map->tab_registers[900] = (uint16_t)(requests >> 16);
        map->tab_registers[901] = (uint16_t)requests;
        modbus_reply(line, query, length, map);
    }
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    int many = strcmp(argv[1], "many") == 0, tcp = many || strcmp(argv[1], "tcp") == 0;
    int fd = strcmp(argv[1], "fd") == 0;
    modbus_t *line = tcp ? modbus_new_tcp("127.0.0.1", atoi(argv[2]))
                         : modbus_new_rtu(fd ? "/dev/null" : argv[2], 115200, 'N', 8, 1);
    modbus_mapping_t *map = modbus_mapping_new(1000, 1000, 1000, 1000);
    if (line == NULL || map == NULL) return 2;
    modbus_set_slave(line, atoi(argv[3]));
    for (int at = 0; at < 1000; at++) {
        map->tab_registers[at] = map->tab_input_registers[at] = (uint16_t)at;
        map->tab_bits[at] = map->tab_input_bits[at] = at % 3 == 0;
    }
    int listener = tcp ? modbus_tcp_listen(line, 100) : -1;
    if (fd) {
        modbus_set_socket(line, atoi(argv[2]));
    }
    if (tcp ? listener < 0 : !fd && modbus_connect(line) < 0) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    puts("ready");
    fflush(stdout);
    if (many) signal(SIGCHLD, SIG_IGN);
    for (;;) {
        if (tcp && modbus_tcp_accept(line, &listener) < 0) return 1;
        if (!many || fork() == 0) {
            serve(line, map, tcp, fd && atoi(argv[3]) == 0);
            if (!tcp || many) return 0;
        }
        close(modbus_get_socket(line)); /* modbus_close would end the connection of a child, too */
    }
}
