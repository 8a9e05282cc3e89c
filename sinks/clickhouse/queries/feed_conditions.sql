{{- define "address" -}}
{{- if .Term.Words}}hasAllTokens(lower({{.Column}}), {{print "{" .Name "_words:Array(String)}"}}){{else}}true{{end}}
{{- if part .Term}} AND position(lower({{.Column}}), {{print "{" .Name ":String}"}}) > 0{{end}}
{{- if exact .Term}} AND lower({{.Column}}) = {{print "{" .Name ":String}"}}{{end}}
{{- if domain .Term}} AND lower({{.Column}}_domain) = {{print "{" .Name ":String}"}}{{end}}
{{- end -}}

{{- define "conditions" -}}
time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    AND {before:Identifier} != {after:Identifier}
{{- if .Below}} AND (time < fromUnixTimestamp64Milli({below:Int64}) OR key < {below_key:UInt64}){{end}}
{{- if .Above}} AND (time > fromUnixTimestamp64Milli({above:Int64}) OR key >= {above_key:UInt64}){{end}}
{{- if not .Owner.Any}} AND account = {account:String}{{end}}
{{- if .Any.How}}
    AND (({{template "address" (address "q" "recipient" .Any)}}) OR ({{template "address" (address "q" "sender" .Any)}}) OR message_id = {q_id:String})
{{- end}}
{{- if .Sender.How}} AND {{template "address" (address "sender" "sender" .Sender)}}{{end}}
{{- if .Recipient.How}} AND {{template "address" (address "recipient" "recipient" .Recipient)}}{{end}}
{{- if .MessageID}} AND message_id = {message_id:String}{{end}}
{{- if .Statuses}} AND {after:Identifier} IN {statuses:Array(String)}{{end}}
{{- if .Kinds}} AND kind IN {kinds:Array(String)}{{end}}
{{- if .Reasons}} AND reason IN {reasons:Array(String)}{{end}}
{{- if .Campaign}} AND campaign = {campaign:String}{{end}}
{{- end -}}
