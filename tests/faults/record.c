/* Preloaded into a program (LD_PRELOAD), this records, in order, what it asks of the files whose path begins with
 * ANJU_RECORD_FILES and what it says on its connections and its standard error, into the file ANJU_RECORD_LOG.
 *
 * A record is: kind (1 byte), file or port (4), offset (8), length (4), then the bytes; numbers in the machine's order.
 *   O opened: the path    W written    T truncated to the offset    S synced, and the sync has returned    U unlinked
 *   M said to a port (0: standard error), recorded before it is said
 * Once the file ANJU_KILL_BEFORE_SYNC or ANJU_KILL_AFTER_SYNC exists, it kills the program at its next such sync.
 * A write is recorded before it is made, a sync after it: what stands before an S of its file is on the disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 64
#define DESCRIPTORS 4096
#define REAL(name) (resolve((void **)&real_##name, #name), real_##name)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static const char *prefix;
static char *paths[FILES];
static unsigned char file_of[DESCRIPTORS]; /* 1 + index in paths; 0: none of ours */

static int (*real_open64)(const char *, int, ...);
static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_unlink)(const char *);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_send)(int, const void *, size_t, int);

static void resolve(void **slot, const char *name)
{
    if (!*slot)
        *slot = dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("ANJU_RECORD_LOG");
    prefix = getenv("ANJU_RECORD_FILES");
    if (log && prefix)
        log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void record(char kind, uint32_t which, int64_t offset, const void *data, uint32_t length)
{
    char head[17];
    head[0] = kind;
    memcpy(head + 1, &which, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &length, 4);
    syscall(SYS_write, log_fd, head, sizeof head);
    if (length)
        syscall(SYS_write, log_fd, data, length);
}

static void said(uint32_t port, const void *data, uint32_t length)
{
    pthread_mutex_lock(&lock);
    record('M', port, 0, data, length);
    pthread_mutex_unlock(&lock);
}

static int index_of(const char *path)
{
    if (log_fd < 0 || !path || strncmp(path, prefix, strlen(prefix)))
        return -1;
    for (int i = 0; i < FILES; i++) {
        if (!paths[i])
            paths[i] = strdup(path);
        if (!strcmp(paths[i], path))
            return i;
    }
    return -1;
}

static int ours(int fd)
{
    return log_fd >= 0 && fd >= 0 && fd < DESCRIPTORS && file_of[fd];
}

static int opened(int fd, const char *path)
{
    if (fd < 0 || fd >= DESCRIPTORS || log_fd < 0)
        return fd;
    pthread_mutex_lock(&lock);
    int file = index_of(path);
    file_of[fd] = file + 1;
    if (file >= 0)
        record('O', file, 0, path, strlen(path));
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        mode_t mode = 0;                                                                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                                           \
            va_list rest;                                                                                              \
            va_start(rest, flags);                                                                                     \
            mode = va_arg(rest, mode_t);                                                                               \
            va_end(rest);                                                                                              \
        }                                                                                                              \
        return opened(REAL(name)(path, flags, mode), path);                                                            \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    if (ours(fd))
        file_of[fd] = 0;
    return REAL(close)(fd);
}

#define GUARDED(condition, kind, which, offset, data, length, call)                                                    \
    if (!(condition))                                                                                                  \
        return call;                                                                                                   \
    pthread_mutex_lock(&lock);                                                                                         \
    record(kind, which, offset, data, length);                                                                         \
    __typeof__(call) result = call;                                                                                    \
    pthread_mutex_unlock(&lock);                                                                                       \
    return result;

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
    GUARDED(ours(fd), 'W', file_of[fd] - 1, offset, data, length, REAL(pwrite64)(fd, data, length, offset))
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
    GUARDED(ours(fd), 'W', file_of[fd] - 1, offset, data, length, REAL(pwrite)(fd, data, length, offset))
}

int ftruncate64(int fd, off64_t length)
{
    GUARDED(ours(fd), 'T', file_of[fd] - 1, length, 0, 0, REAL(ftruncate64)(fd, length))
}

int ftruncate(int fd, off_t length)
{
    GUARDED(ours(fd), 'T', file_of[fd] - 1, length, 0, 0, REAL(ftruncate)(fd, length))
}

int unlink(const char *path)
{
    int file = index_of(path);
    GUARDED(file >= 0, 'U', file, 0, 0, 0, REAL(unlink)(path))
}

static void kill_if(const char *variable)
{
    const char *trigger = getenv(variable);
    if (trigger && !access(trigger, F_OK))
        kill(getpid(), SIGKILL);
}

#define SYNC(name)                                                                                                     \
    int name(int fd)                                                                                                   \
    {                                                                                                                  \
        if (ours(fd))                                                                                                  \
            kill_if("ANJU_KILL_BEFORE_SYNC");                                                                          \
        int result = REAL(name)(fd);                                                                                   \
        if (ours(fd) && result == 0) {                                                                                 \
            kill_if("ANJU_KILL_AFTER_SYNC");                                                                           \
            pthread_mutex_lock(&lock);                                                                                 \
            record('S', file_of[fd] - 1, 0, 0, 0);                                                                     \
            pthread_mutex_unlock(&lock);                                                                               \
        }                                                                                                              \
        return result;                                                                                                 \
    }
SYNC(fsync)
SYNC(fdatasync)

ssize_t write(int fd, const void *data, size_t length)
{
    if (ours(fd)) {
        off64_t at = lseek64(fd, 0, SEEK_CUR);
        GUARDED(1, 'W', file_of[fd] - 1, at, data, length, REAL(write)(fd, data, length))
    }
    if (fd == STDERR_FILENO && log_fd >= 0)
        said(0, data, length);
    return REAL(write)(fd, data, length);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
    struct sockaddr_in peer = {0};
    socklen_t size = sizeof peer;
    if (log_fd >= 0 && !getpeername(fd, (struct sockaddr *)&peer, &size) && peer.sin_family == AF_INET)
        said(ntohs(peer.sin_port), data, length);
    return REAL(send)(fd, data, length, flags);
}
