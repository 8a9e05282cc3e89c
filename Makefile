# make help lists the targets.
# The race detector is linked with C.
compiler:
	@command -v $${CC:-cc} >/dev/null || { echo "the race detector needs a C compiler: apt-get install gcc libc6-dev" >&2; exit 1; }

.PHONY: help compiler java dovecot chromium python replay test test-faults lint deps build fuzz bench bench-parse bench-feedback bench-queries bench-visible clean

GO      ?= go
LINT    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
NPM_DIR := pipeline/embedded/npm
LIBRARY := $(NPM_DIR)/node_modules/@chdb/lib-linux-x64-gnu/package.json
AXE_DIR := sinks/pages/pagestest/npm
AXE     := $(AXE_DIR)/node_modules/axe-core/package.json

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

replay: deps build ## replay testdata through the whole pipeline and print the report
	./mailfate replay testdata/replay

build: ## build ./mailfate
	CGO_ENABLED=0 $(GO) build -o mailfate .

# ClickHouse comes from npm where that has it; elsewhere, and where a clickhouse
# binary is on PATH, there is nothing to install.
deps: ## install what is not Go: ClickHouse as a library, from npm
	@if command -v clickhouse >/dev/null; then :; \
	elif [ "$$(uname -sm)" = "Linux x86_64" ]; then $(MAKE) -s $(LIBRARY); \
	else echo "no clickhouse on PATH, and npm has it for linux/x64 only: install ClickHouse 26.7 or newer" >&2; exit 1; fi

$(LIBRARY): $(NPM_DIR)/package-lock.json
	cd $(NPM_DIR) && npm ci --no-audit --no-fund --no-update-notifier
	@touch $@

# Apache Kafka, with which the tests check what the broker in the process does.
# Its jars are collected by Maven when a test first starts it.
java: ## install what runs Apache Kafka in the tests, on Debian as root: Java and Maven
	@if command -v java >/dev/null && command -v mvn >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-17-jre-headless maven; \
	else echo "the tests run Apache Kafka: install a Java runtime, 17 or newer, and Maven" >&2; exit 1; fi

# A real IMAP server, which the tests start for themselves; Debian's own is not to
# start (RUNLEVEL).
dovecot: ## install Dovecot, from which the tests read mail, on Debian as root
	@if command -v dovecot >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dovecot-imapd; \
	else echo "the tests read mail from Dovecot, which root starts: install Dovecot 2.3 with IMAP" >&2; exit 1; fi

# A real browser, with which the tests look at the pages, and what judges whether
# everybody can use them.
chromium: $(AXE) ## install Chromium, with which the tests walk the pages, on Debian as root
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; \
	else echo "the tests walk the pages with Chromium: install it, as chromium on the PATH" >&2; exit 1; fi

$(AXE): $(AXE_DIR)/package-lock.json
	cd $(AXE_DIR) && npm ci --no-audit --no-fund --no-update-notifier
	@touch $@

# A client in another language, which the tests have ask checkEmail.
python: ## install Python and its requests, with which the tests ask the API, on Debian as root
	@if python3 -c 'import requests' 2>/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 python3-requests; \
	else echo "the tests ask the API with Python: install Python 3 and its package requests" >&2; exit 1; fi

test: compiler java dovecot chromium python deps lint ## run everything: vet, lint (built from source first), all tests with -race, fuzz seeds
	$(GO) test -race -vet=off -timeout 15m ./...
	CGO_ENABLED=0 $(GO) test -vet=off -run 'TestTimelineEqualsTwin|TestMemory|TestHotKeys|TestManyEvents|TestBombs|TestDamaged$$' ./pipeline/status ./pipeline/process ./sinks/api ./sources/feedback # what the race detector has no time or memory for

RUNS  ?= 1
TABLE ?= faults.md
test-faults: java deps ## let everything fail RUNS times, on both brokers, and add to the table of faults in TABLE
	$(GO) test -count=1 -timeout 24h -v ./pipeline/faults -faults.runs $(RUNS) -faults.events 1500 -faults.table $(abspath $(TABLE))

# Without cgo what is compiled here is compiled for the program, too; golangci-lint vets
# all packages but those in testdata.
lint: export CGO_ENABLED = 0
lint: ## vet and golangci-lint, which is built from source: minutes the first time
	$(GO) vet ./testdata/record ./testdata/generate ./testdata/bench
	$(GO) run $(LINT) run

FUZZTIME ?= 30s
fuzz: ## run every fuzz target for FUZZTIME
	@$(GO) list -f '{{.Dir}} {{.ImportPath}}' ./... | while read dir pkg; do \
		grep -hoE '^func Fuzz[A-Za-z0-9]+' "$$dir"/*_test.go 2>/dev/null | sed 's/func //' | while read target; do \
			echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done || exit 1; done

bench: ## run all benchmarks
	$(GO) test -run '^$$' -bench . ./...

bench-parse: ## measure how fast logs are read, beside pflogsumm and eximstats, and print a table
	$(GO) run ./testdata/bench

SIZE ?= 1000000
DIR  ?=
bench-queries: deps ## fill ClickHouse with SIZE messages, unless it was in DIR before, and print how long questions take and what a message takes on disk
	$(GO) test ./sinks/clickhouse -count=1 -timeout 6h -v -run '^TestQuerySpeed$$' -speed.messages=$(SIZE) -speed.dir=$(if $(DIR),$(abspath $(DIR)))

SECONDS ?= 30
bench-visible: deps ## write a log at 2,000 lines a second for SECONDS, and print how long it takes until feeds tell what a line says
	$(GO) test ./pipeline/app -count=1 -timeout 1h -run '^TestVisible$$' -visible.seconds=$(SECONDS)

MAILS ?= sources/feedback/testdata
bench-feedback: ## measure how mails in MAILS are read and replies judged, beside Sisimai, and print a table
	$(GO) run ./testdata/bench -mails $(MAILS)

clean: ## remove what was built
	rm -rf mailfate $(NPM_DIR)/node_modules $(AXE_DIR)/node_modules
