{{- define "addresses" -}}
({any:Bool} OR account = {owner:String})
{{- if .After}} AND (account, recipient) > ({after_account:String}, {after:String}){{end}}
{{- if .Last}} AND (account, recipient) <= ({last_account:String}, {last:String}){{end}}
{{- if .Recipient.How}} AND {{template "address" (address "recipient" "recipient" .Recipient)}}{{end}}
{{- end -}}

{{- define "suppressing" -}}
(complained_at IS NOT NULL OR unsubscribed_at IS NOT NULL OR class = 'hard')
{{- end -}}

{{- define "for reason" -}}
{{- if eq .Reason "complained"}}complained_at IS NOT NULL
{{- else if eq .Reason "unsubscribed"}}unsubscribed_at IS NOT NULL
{{- else if eq .Reason "hard_bounced"}}class = 'hard'
{{- else}}{{template "suppressing"}}
{{- end}}
{{- end -}}
