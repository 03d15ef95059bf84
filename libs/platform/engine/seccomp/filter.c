/*
 * Compiles the engine's seccomp filter with libseccomp: `filter x86_64 > FILE` or `filter aarch64 > FILE`.
 *
 * An allow-list: what a process of Node.js and DuckDB needs to compute over files that it was given. Everything else answers EPERM. There is
 * no socket, no second process (threads alone), no namespace, mount, trace, key ring, BPF, io_uring, and no memory that the limit on data
 * would not count (memfd, System V, anonymous shared mappings). execve stays: the filter is in place before the program itself is started.
 */
#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

static const char *const allowed[] = {
    /* files */
    "access", "faccessat", "faccessat2", "close", "close_range", "copy_file_range", "dup", "dup2", "dup3", "fadvise64", "fallocate",
    "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "getcwd", "getdents", "getdents64", "lseek", "lstat", "mkdir",
    "mkdirat", "newfstatat", "open", "openat", "pipe", "pipe2", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read",
    "readahead", "readlink", "readlinkat", "readv", "rename", "renameat", "renameat2", "rmdir", "sendfile", "stat", "statfs", "statx",
    "sync_file_range", "truncate", "umask", "unlink", "unlinkat", "utimensat", "write", "writev",
    /* events; the parent's pipes are socket pairs that were open before */
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "poll", "ppoll",
    "pselect6", "select", "getpeername", "getsockname", "getsockopt", "recvfrom", "recvmsg", "sendto", "shutdown",
    /* memory; mmap stands below */
    "brk", "madvise", "membarrier", "mincore", "mprotect", "mremap", "msync", "munmap",
    /* itself and its threads; clone stands below */
    "arch_prctl", "capget", "execve", "exit", "exit_group", "futex", "get_mempolicy", "get_robust_list", "getcpu", "getegid", "geteuid",
    "getgid", "getgroups", "getpgrp", "getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit", "getrusage",
    "gettid", "getuid", "kill", "prlimit64", "rseq", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity",
    "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_yield", "set_robust_list", "set_tid_address", "setrlimit", "sysinfo",
    "tgkill", "uname", "wait4", "waitid",
    /* signals and time */
    "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "nanosleep", "pause", "restart_syscall",
    "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "setitimer", "sigaltstack",
    "time", "times",
};

static int allow(scmp_filter_ctx filter, const char *name) {
  int call = seccomp_syscall_resolve_name(name);
  if (call == __NR_SCMP_ERROR) return -ENOENT;
  /* A call that the architecture does not have (open on aarch64) is a negative pseudo number: nothing to allow. */
  int outcome = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  return outcome == -EDOM ? 0 : outcome;
}

int main(int argc, char **argv) {
  uint32_t architecture = argc == 2 && strcmp(argv[1], "aarch64") == 0 ? SCMP_ARCH_AARCH64 : SCMP_ARCH_X86_64;
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == NULL) return 1;
  if (architecture != seccomp_arch_native() && (seccomp_arch_add(filter, architecture) != 0 || seccomp_arch_remove(filter, SCMP_ARCH_NATIVE) != 0))
    return 1;
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
    if (allow(filter, allowed[i]) != 0) {
      fprintf(stderr, "%s cannot be allowed\n", allowed[i]);
      return 1;
    }
  /* Threads alone: with CLONE_THREAD there is no new process, and the kernel refuses it together with a new user or pid namespace. */
  uint64_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  int failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | namespaces, CLONE_THREAD));
  /* The flags of clone3 lie in memory, where a filter cannot look; with ENOSYS the C library falls back to clone. */
  failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  /* Anonymous shared memory is not counted by the limit on data. */
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_PRIVATE, MAP_PRIVATE));
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_PRIVATE, MAP_ANONYMOUS | MAP_PRIVATE));
  failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_PRIVATE, 0));
  /* Of ioctl only what asks a descriptor for its state: FIONBIO, FIOCLEX, FIONREAD, and TCGETS, with which it is asked whether it is a terminal. */
  static const unsigned long questions[] = {0x5421, 0x5451, 0x541B, 0x5401};
  for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, SCMP_A1(SCMP_CMP_EQ, questions[i]));
  /* Of prctl names and questions alone: nobody here may part from the parent with whom they die (PR_SET_PDEATHSIG). */
  static const int harmless[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS, PR_CAPBSET_READ, PR_SET_VMA};
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, harmless[i]));
  if (failed != 0) return 1;
  int outcome = seccomp_export_bpf(filter, 1);
  seccomp_release(filter);
  return outcome == 0 ? 0 : 1;
}
