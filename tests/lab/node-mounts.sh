#!/bin/sh
# Holds a node's mount namespace: node-mounts.sh NODE_DIRECTORY KEPT_DIRECTORY...
#
# The node gets a /run, /tmp and /var of its own, so kubelet, containerd and CNI use the paths they always do and touch nothing of the
# host; and all mounts of its pods end with its last process. The kept directories stay where they are, also if they are in one of these.
set -eu
node=$1; shift

keep=$node/keep # out of sight once it has moved to /run
mkdir -p "$keep"
mount -t tmpfs tmpfs "$keep"
number=0
for kept in "$node" "$@"; do
    mkdir "$keep/$number"
    mount --bind "$kept" "$keep/$number"
    number=$((number + 1))
done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/keep
mount --move "$keep" /run/keep
mount --bind /run/keep/0/var/tmp /tmp
mount --bind /run/keep/0/var /var
number=0
for kept in "$node" "$@"; do
    mkdir -p "$kept"
    mount --bind "/run/keep/$number" "$kept"
    number=$((number + 1))
done
mount --bind "$node/hosts" /etc/hosts

# kubelet sets these for the whole machine where they have other values: it is shown the values that it wants, the machine keeps its own.
mkdir /run/sysctl
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    name=${setting%=*}
    shown=/run/sysctl/$(basename "$name")
    echo "${setting#*=}" >"$shown"
    mount --bind "$shown" "/proc/sys/$name"
done
touch /run/ready
sleep infinity &
wait # not exec: by its command line `up` finds it again when its record is lost
