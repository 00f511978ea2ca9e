#!/bin/bash
# What the page's generate-kubeconfig.sh does, by what it leaves: a file of the cluster's name, a kubeconfig of the account istio-operator.
set -e
CLUSTER_NAME=$1
NAMESPACE=istio-system
SECRET_NAME=istio-operator-token # the account's list of Secrets, which the page reads, is empty from Kubernetes 1.24 on
SERVER=$(kubectl config view --minify=true -o "jsonpath={.clusters[].cluster.server}")
CA_DATA=$(kubectl get secret ${SECRET_NAME} -n ${NAMESPACE} -o "jsonpath={.data['ca\.crt']}")
TOKEN=$(kubectl get secret ${SECRET_NAME} -n ${NAMESPACE} -o "jsonpath={.data['token']}" | base64 --decode)
cat <<END > ${CLUSTER_NAME}
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${CA_DATA}
    server: ${SERVER}
  name: ${CLUSTER_NAME}
contexts:
- context:
    cluster: ${CLUSTER_NAME}
    user: ${CLUSTER_NAME}
  name: ${CLUSTER_NAME}
current-context: ${CLUSTER_NAME}
kind: Config
preferences: {}
users:
- name: ${CLUSTER_NAME}
  user:
    token: ${TOKEN}
END
