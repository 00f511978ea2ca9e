#!/bin/bash
# Step 4 of the page for one cluster after the other: join.sh PRIMARY-KUBECONFIG NAME=KUBECONFIG ...
# The namespace is there, as it is for the others.
set -e
here=$(dirname "$0") primary=$1
shift
for cluster in "$@"; do
  CLUSTER_NAME=${cluster%%=*}
  export KUBECONFIG=${cluster#*=}
  kubectl apply -f "$here/rbac.yml"
  "$here/generate-kubeconfig.sh" ${CLUSTER_NAME}
  export KUBECONFIG=$primary
  "$here/create-secret.sh" ${CLUSTER_NAME}
  cat <<END > ${CLUSTER_NAME}.yaml
apiVersion: istio.alibabacloud.com/v1beta1
kind: RemoteIstio
metadata:
  name: ${CLUSTER_NAME}
  namespace: istio-system
spec:
  autoInjectionNamespaces:
  - default
  dockerImage:
    region: cn-beijing
  gateways:
    k8singress: {}
  hub: registry.cn-beijing.aliyuncs.com/aliacs-app-catalog
  includeIPRanges: '*'
  proxy: {}
  security: {}
  sidecarInjector:
    enabled: true
    replicaCount: 1
END
  kubectl apply -n istio-system -f ${CLUSTER_NAME}.yaml
done
