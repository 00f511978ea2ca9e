#!/bin/bash
# The mesh of the lab as somebody makes it who knows helm, kubectl and istioctl well, with the values that the collection's own releases have.
#   by_hand.sh mesh PRIMARY REMOTE...   the control plane, all remotes at once, and a request from the primary's gateway to each of them
#   by_hand.sh join PRIMARY REMOTE      one more remote; says "answered" as soon as it has
#   by_hand.sh empty CLUSTER...         takes it all away again; not measured
# Variables: KUBECONFIGS and VALUES (directories: CLUSTER, CLUSTER/RELEASE.json), CHARTS, MANIFESTS (CLUSTER.yml: a workload that tells where
# it runs; ingress.yml: the way to it; istiod.yml: the Service by which remotes reach istiod), NETWORK.
set -euo pipefail

kube() { kubectl --kubeconfig "$KUBECONFIGS/$1" "${@:2}"; }

install() { # CLUSTER RELEASE CHART [OPTION...]
    helm install "$2" "$CHARTS/$3" --kubeconfig "$KUBECONFIGS/$1" --namespace istio-system --values "$VALUES/$1/$2.json" --wait "${@:4}" >/dev/null
}

address() { # SERVICE: of its load balancer in the primary
    kube "$primary" wait --namespace istio-system --for=jsonpath='{.status.loadBalancer.ingress[0].ip}' "service/$1" --timeout=120s >/dev/null
    kube "$primary" get --namespace istio-system service "$1" --output jsonpath='{.status.loadBalancer.ingress[0].ip}'
}

room() { # CLUSTER: the namespace of Istio
    kube "$1" create namespace istio-system >/dev/null
    kube "$1" label namespace istio-system "topology.istio.io/network=$NETWORK" >/dev/null
}

control_plane() {
    room "$primary"
    kube "$primary" apply --filename "$MANIFESTS/istiod.yml" >/dev/null
    install "$primary" istio-base base
    install "$primary" istiod istiod
    kube "$primary" label namespace default istio-injection=enabled >/dev/null
    install "$primary" istio-ingressgateway gateway &
    pilot=$(address istiod-internal)
}

remote() { # CLUSTER
    room "$1"
    kube "$1" annotate namespace istio-system "topology.istio.io/controlPlaneClusters=$primary" >/dev/null
    install "$1" istio-base base
    istioctl create-remote-secret --kubeconfig "$KUBECONFIGS/$1" --name "$1" | kube "$primary" apply --filename - >/dev/null
    install "$1" istiod istiod --set "global.remotePilotAddress=$pilot"
    kube "$1" label namespace default istio-injection=enabled >/dev/null
    # istiod signs the webhook as soon as it reads the cluster; no pod is injected before.
    kube "$1" wait --for=jsonpath='{.webhooks[0].clientConfig.caBundle}' mutatingwebhookconfiguration/istio-sidecar-injector --timeout=120s >/dev/null
    kube "$1" apply --filename "$MANIFESTS/$1.yml" >/dev/null
    install "$1" istio-ingressgateway gateway
}

way() { # the primary's gateway leads to the workloads of the remotes
    kube "$primary" apply --filename "$MANIFESTS/$primary.yml" --filename "$MANIFESTS/ingress.yml" >/dev/null
}

answered() { # CLUSTER...: each has answered at the primary's gateway
    gateway=$(address istio-ingressgateway)
    for name; do
        until curl --silent --max-time 2 "http://$gateway/" | grep --quiet "Answered by $name<"; do sleep 0.1; done
    done
}

take_away() { # CLUSTER
    kube "$1" delete namespace hello --ignore-not-found --wait=false >/dev/null
    for release in istio-ingressgateway istiod istio-base; do
        helm uninstall "$release" --kubeconfig "$KUBECONFIGS/$1" --namespace istio-system --ignore-not-found --wait >/dev/null
    done
    kube "$1" label namespace default istio-injection- >/dev/null
    kube "$1" get crds --output name | grep istio.io | xargs --no-run-if-empty kubectl --kubeconfig "$KUBECONFIGS/$1" delete >/dev/null
    kube "$1" delete namespace istio-system hello --ignore-not-found >/dev/null
}

all() { # FUNCTION CLUSTER...: for all at once; fails where one does
    pids=()
    for name in "${@:2}"; do "$1" "$name" & pids+=($!); done
    for pid in "${pids[@]}"; do wait "$pid"; done
}

work=$1; shift
case $work in
mesh)
    primary=$1; shift
    control_plane
    way
    all remote "$@"
    answered "$@"
    wait ;;
join)
    primary=$1
    pilot=$(address istiod-internal)
    remote "$2" &
    answered "$2"
    echo answered
    wait $! ;;
empty) all take_away "$@" ;;
esac
