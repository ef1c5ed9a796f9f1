/*
 * A library for LD_PRELOAD that counts the calls by which a process changes files, and at one of them ends the process
 * or fails the call. Log, position and kind of fault come from the environment:
 *
 *   SHIM_LOG  a file; each call adds a line "NUMBER NAME DETAIL"
 *   SHIM_AT   the number of the call that is hit, from 1; 0: none
 *   SHIM_DO   kill: the process is gone before the call
 *             half: a write puts down the half of its bytes, then the process is gone; other calls as kill
 *             an error number: the call fails once with it
 *             full: from here on every call that needs room fails with ENOSPC
 *   SHIM_LOCKS a file; each change of SQLite's write lock adds a line "MICROSECONDS locked|freed"
 *   SHIM_ALONE set: a call that starts a process or a program ends this one with SIGSYS, and so does a socket; those of
 *             the C library to the name service are refused (it then reads the files)
 *   SHIM_NO_LINK an error number: the kernel fails each linkat with it, also where the C library is gone round
 *   SHIM_DUMP a file; it gets all bytes that are written, each call's after a line "DESCRIPTOR PATH LENGTH"
 *
 * Not seen: system calls that a program makes without the C library, and stores through a memory map.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static long calls;
static int full;

static void append(const char *variable, const void *bytes, size_t length)
{
    const char *path = getenv(variable);
    if (!path)
        return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    long done = syscall(SYS_write, fd, bytes, length);
    (void)done;
    syscall(SYS_close, fd);
}

static void path_of(int fd, char *path, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
    path[length > 0 ? length : 0] = 0;
}

static __attribute__((noreturn)) void gone(void)
{
    for (;;)
    
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

enum fate { GO_ON, FAIL, HALF };

static enum fate met(const char *name, const char *detail, int needs_room)
{
    const char *at = getenv("SHIM_AT"), *what = getenv("SHIM_DO");
    char line[4400];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", ++calls, name, detail);
    append("SHIM_LOG", line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
    if (full && needs_room) {
        errno = ENOSPC;
        return FAIL;
    }
    if (!at || !what || calls != atol(at))
        return GO_ON;
    if (!strcmp(what, "kill"))
        gone();
    if (!strcmp(what, "half"))
        return HALF;
    if (!strcmp(what, "full")) {
        full = 1;
        if (!needs_room)
            return GO_ON;
        errno = ENOSPC;
        return FAIL;
    }
    errno = atoi(what);
    return FAIL;
}

/* A pipe or a terminal needs no room on a disk. */
static enum fate met_fd(const char *name, int fd, int needs_room)
{
    char path[4096];
    struct stat found;
    path_of(fd, path, sizeof path);
    return met(name, path, needs_room && fstat(fd, &found) == 0 && S_ISREG(found.st_mode));
}

static void dump(int fd, const void *bytes, size_t length)
{
    if (!getenv("SHIM_DUMP"))
        return;
    char path[4096], head[4200];
    path_of(fd, path, sizeof path);
    int size = snprintf(head, sizeof head, "\n%d %s %zu\n", fd, path, length);
    append("SHIM_DUMP", head, (size_t)size);
    append("SHIM_DUMP", bytes, length);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t length)
{
    switch (met_fd("write", fd, 1)) {
    case FAIL:
        return -1;
    case HALF:
        syscall(SYS_write, fd, bytes, length / 2);
        gone();
    case GO_ON:
        break;
    }
    dump(fd, bytes, length);
    return NEXT(write)(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    switch (met_fd("writev", fd, 1)) {
    case FAIL:
        return -1;
    case HALF:
        gone();
    case GO_ON:
        break;
    }
    for (int i = 0; i < count; i++)
        dump(fd, parts[i].iov_base, parts[i].iov_len);
    return NEXT(writev)(fd, parts, count);
}

static ssize_t at(int fd, const void *bytes, size_t length, off64_t offset)
{
    switch (met_fd("pwrite", fd, 1)) {
    case FAIL:
        return -1;
    case HALF:
        syscall(SYS_pwrite64, fd, bytes, length / 2, offset);
        gone();
    case GO_ON:
        break;
    }
    dump(fd, bytes, length);
    return NEXT(pwrite64)(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    return at(fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    return at(fd, bytes, length, offset);
}

/* HALF means nothing to these: the process is gone before the call. */
#define HIT(met_call)             \
    do {                          \
        enum fate hit = met_call; \
        if (hit == HALF)          \
            gone();               \
        if (hit == FAIL)          \
            return -1;            \
    } while (0)

int fsync(int fd)
{
    HIT(met_fd("fsync", fd, 0));
    return NEXT(fsync)(fd);
}

int fdatasync(int fd)
{
    HIT(met_fd("fdatasync", fd, 0));
    return NEXT(fdatasync)(fd);
}

int ftruncate(int fd, off_t length)
{
    HIT(met_fd("ftruncate", fd, 0));
    return NEXT(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
    HIT(met_fd("ftruncate", fd, 0));
    return NEXT(ftruncate64)(fd, length);
}

int unlink(const char *path)
{
    HIT(met("unlink", path, 0));
    return NEXT(unlink)(path);
}

int unlinkat(int dir, const char *path, int flags)
{
    HIT(met("unlink", path, 0));
    return NEXT(unlinkat)(dir, path, flags);
}

int rename(const char *from, const char *to)
{
    HIT(met("rename", to, 1));
    return NEXT(rename)(from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    HIT(met("rename", to, 1));
    return NEXT(renameat)(from_dir, from, to_dir, to);
}

int link(const char *from, const char *to)
{
    HIT(met("link", to, 1));
    return NEXT(link)(from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    HIT(met("link", to, 1));
    return NEXT(linkat)(from_dir, from, to_dir, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
    HIT(met("mkdir", path, 1));
    return NEXT(mkdir)(path, mode);
}

#define MODE(flags, mode)                               \
    do {                                                \
        if ((flags) & (O_CREAT | __O_TMPFILE)) {        \
            va_list rest;                               \
            va_start(rest, flags);                      \
            mode = va_arg(rest, mode_t);                \
            va_end(rest);                               \
        }                                               \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    if (flags & O_CREAT)
        HIT(met("create", path, 1));
    return NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    if (flags & O_CREAT)
        HIT(met("create", path, 1));
    return NEXT(open64)(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    if (flags & O_CREAT)
        HIT(met("create", path, 1));
    return NEXT(openat)(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
    mode_t mode = 0;
    MODE(flags, mode);
    if (flags & O_CREAT)
        HIT(met("create", path, 1));
    return NEXT(openat64)(dir, path, flags, mode);
}

/* Where SQLite's write lock lies: the RESERVED byte of the file (sqlite.org/lockingv3), and WAL_WRITE_LOCK in the -shm
   (sqlite.org/walformat). An unlock of a longer range frees it, too. */
#define RESERVED 0x40000001
#define WAL_WRITE 120

static void tell_lock(int fd, const struct flock *lock)
{
    char path[4096], line[64];
    path_of(fd, path, sizeof path);
    size_t length = strlen(path);
    long byte = length > 4 && !strcmp(path + length - 4, "-shm") ? WAL_WRITE : RESERVED;
    if (lock->l_start > byte || (lock->l_len != 0 && lock->l_start + lock->l_len <= byte))
        return;
    if (lock->l_type == F_RDLCK)
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long micros = now.tv_sec * 1000000L + now.tv_nsec / 1000;
    int size = snprintf(line, sizeof line, "%ld %s\n", micros, lock->l_type == F_WRLCK ? "locked" : "freed");
    append("SHIM_LOCKS", line, (size_t)size);
}

static int control(int (*next)(int, int, ...), int fd, int command, void *argument)
{
    int done = next(fd, command, argument);
    if (done == 0 && (command == F_SETLK || command == F_SETLKW) && getenv("SHIM_LOCKS"))
        tell_lock(fd, argument);
    return done;
}

int fcntl(int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return control(NEXT(fcntl), fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return control(NEXT(fcntl64), fd, command, argument);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define IS(value, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, otherwise)
#define ON(call, what) IS(call, 1), ANSWER(what)

static void filtered(struct sock_filter *rules, size_t count)
{
    struct sock_fprog program = {.len = (unsigned short)count, .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("the filter of system calls");
        _exit(99);
    }
}

static void alone(void)
{
    struct sock_filter rules[] = {
        LOAD(nr),
        ON(SYS_execve, SECCOMP_RET_KILL_PROCESS),
        ON(SYS_execveat, SECCOMP_RET_KILL_PROCESS),
#ifdef SYS_fork
        ON(SYS_fork, SECCOMP_RET_KILL_PROCESS),
        ON(SYS_vfork, SECCOMP_RET_KILL_PROCESS),
#endif
        /* Its flags are in memory, where a filter cannot look; the C library then takes clone. */
        ON(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS),
        IS(SYS_clone, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        ANSWER(SECCOMP_RET_ALLOW),
        IS(SYS_socket, 4),
        LOAD(args[0]),
        IS(AF_UNIX, 1),
        ANSWER(SECCOMP_RET_ERRNO | EAFNOSUPPORT),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    filtered(rules, sizeof rules / sizeof *rules);
}

static void without_links(int number)
{
    struct sock_filter rules[] = {
        LOAD(nr),
        ON(SYS_linkat, SECCOMP_RET_ERRNO | (unsigned)number),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    filtered(rules, sizeof rules / sizeof *rules);
}

static __attribute__((constructor)) void first(void)
{
    const char *number = getenv("SHIM_NO_LINK");
    if (getenv("SHIM_ALONE"))
        alone();
    if (number)
        without_links(atoi(number));
}
