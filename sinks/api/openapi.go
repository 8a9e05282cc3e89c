package api

import (
	_ "embed" // for the document
	"net/http"
)

//go:embed openapi.yaml
var openAPIDocument []byte

// openAPI answers with the description of this API, to anybody: it says nothing of messages.
func openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(openAPIDocument) // the caller has gone away
}
