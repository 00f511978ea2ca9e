#!/bin/sh
# Runs a command as if on a machine of its own: sandbox.sh DIRECTORY COMMAND...
#
# Network, mounts, processes, control groups, /var/lib (kept in DIRECTORY) and this checkout's .lab are the command's own, so a lab in there
# has nothing to do with the machine's lab; it only seems to it as if it could set the machine's limit of inotify instances. Programs, packages and caches are the machine's. What is left in there when the command ends, ends too.
set -eu
directory=$1; shift
lab=$(dirname "$(realpath "$0")")/../../.lab
name=mrlab-sandbox-$$
groups() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 "/'"$name"'" }' /proc/mounts; }

for group in $(groups); do
    mkdir "$group"
    for file in cpuset.cpus cpuset.mems; do
        [ ! -e "$group/../$file" ] || cat "$group/../$file" >"$group/$file" || true
    done
done
remove() { for group in $(groups); do find "$group" -depth -type d -exec rmdir {} +; done; }
trap remove EXIT
mkdir -p "$directory/lib/dpkg" "$directory/lib/output" "$lab"

exec 3<&0  # what runs in the background has no input of its own
sh -eu -c '
    for group in $1; do echo $$ >"$group/cgroup.procs"; done
    shift
    exec unshare --mount --net --pid --fork --kill-child --cgroup --mount-proc "$@"
' sandbox "$(groups)" sh -eu -c '
    lib=$1/lib lab=$2; shift 2
    mount --bind "$lib/output" "$lab"
    # Mounts in what is covered next would vanish in here too when somebody removes their directories out there.
    grep -o " /run/[^ ]*" /proc/mounts | sort -r | xargs -r umount --lazy
    mount -t tmpfs tmpfs /run
    mount --bind /var/lib/dpkg "$lib/dpkg"
    mount --rbind "$lib" /var/lib
    awk "\$3 == \"cgroup\" || \$3 == \"cgroup2\" { print \$2, \$3, \$4 }" /proc/mounts | while read -r where kind options; do
        case $kind in
        cgroup) only=$(echo "$options" | tr , "\n" | grep -E "^(name=.*|cpu|cpuacct|cpuset|memory|devices|freezer|blkio|pids|hugetlb|perf_event|net_cls|net_prio|rdma|misc)$" | paste -sd,)
            case $only in name=*) only=none,$only ;; esac
            umount "$where"; mount -t cgroup -o "$only" cgroup "$where" ;;
        cgroup2) umount "$where"; mount -t cgroup2 cgroup2 "$where" ;;
        esac
    done
    setting=/proc/sys/fs/inotify/max_user_instances
    cat "$setting" >/run/setting; mount --bind /run/setting "$setting"
    ip link set lo up
    # Not the first process itself: that does not die of a signal that it sends itself, as make does when it is told to end.
    "$@" <&3 3<&- & command=$!
    trap "kill -TERM $command 2>/dev/null || true" INT TERM HUP
    while :; do
        status=0; wait "$command" || status=$?
        kill -0 "$command" 2>/dev/null || exit "$status"
    done
' sandbox "$directory" "$lab" "$@" &
unshare=$!
# That one does not die of it; its child is the first process in there, and ends all others.
trap 'kill -TERM $(cat "/proc/$unshare/task/$unshare/children") 2>/dev/null || true' INT TERM HUP
while :; do
    status=0; wait "$unshare" || status=$?
    kill -0 "$unshare" 2>/dev/null || exit "$status"
done
