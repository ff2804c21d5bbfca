{{- define "small-core.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end -}}
{{- define "small-core.image" -}}
{{ .root.Values.image.registry }}/free5gc/{{ .name }}:{{ required "image.tag is wanted" .root.Values.image.tag }}
{{- end -}}
