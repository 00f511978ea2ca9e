#!/bin/bash
# What the page's create-secret.sh does, by what it leaves. It is applied, so that it may be run again.
set -e
CLUSTER_NAME=$1
kubectl create secret generic ${CLUSTER_NAME} --from-file=${CLUSTER_NAME} -n istio-system --dry-run=client -o yaml | kubectl apply -f -
