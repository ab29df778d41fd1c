/* Runs a command on some cores, waits for its end and writes to a file what it used: "WALL USER SYSTEM", in seconds to the microsecond. Ends as the command did.
 * usage: stopwatch CORES FILE COMMAND…          CORES like 0 or 0,1 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return t.tv_sec + t.tv_usec / 1e6; }

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (char *core = strtok(argv[1], ","); core; core = strtok(0, ",")) CPU_SET(atoi(core), &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) < 0) { perror("cores"); return 2; }
    signal(SIGINT, SIG_IGN);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGINT, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) < 0) { perror("stopwatch"); return 2; }
    clock_gettime(CLOCK_MONOTONIC, &to);
    FILE *file = fopen(argv[2], "w");
    if (!file) { perror(argv[2]); return 2; }
    fprintf(file, "%.6f %.6f %.6f", to.tv_sec - from.tv_sec + (to.tv_nsec - from.tv_nsec) / 1e9, seconds(used.ru_utime), seconds(used.ru_stime));
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
