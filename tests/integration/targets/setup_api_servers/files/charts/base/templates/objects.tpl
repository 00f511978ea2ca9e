apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
  labels: {app: {{ .Release.Name }}}
data:
  color: {{ .Values.color | quote }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-key
stringData:
  password: {{ .Values.password | quote }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector: {app: {{ .Release.Name }}}
  ports:
    - {name: http, port: 80}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      containers:
        - name: web
          image: web
          resources:
            requests: {cpu: "0.5"}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: {{ .Release.Name }}.{{ .Release.Namespace }}
webhooks:
  - name: nothing.it.multiregion.istio
    clientConfig:
      service: {name: nothing, namespace: {{ .Release.Namespace }}}
    rules:
      - {apiGroups: [it.multiregion.istio], apiVersions: ["*"], operations: [CREATE], resources: [nothing]}
    failurePolicy: Ignore
    sideEffects: None
    admissionReviewVersions: [v1]
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-hook
  annotations:
    helm.sh/hook: pre-install
data: {}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-extra
data: {}
{{- end }}
{{- if .Values.definition }}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: parcels.it.multiregion.istio
  annotations:
    helm.sh/resource-policy: keep
spec:
  group: it.multiregion.istio
  scope: Namespaced
  names: {kind: Parcel, plural: parcels}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
{{- end }}
