#!/bin/bash
# The Secret as Istio's own documentation has it, one cluster after the other: istioctl.sh PRIMARY-KUBECONFIG NAME=KUBECONFIG ...
set -eo pipefail
primary=$1
shift
for cluster in "$@"; do
  istioctl create-remote-secret --kubeconfig "${cluster#*=}" --name "${cluster%%=*}" | kubectl --kubeconfig "$primary" apply -f -
done
