package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"

	"mailfate/sinks/report"
)

const (
	// writeTime is how long a reader may take for what is sent at once.
	writeTime = 30 * time.Second
	// sendBytes is what is sent at once.
	sendBytes = 64 << 10
	// groupRows is how many rows of a Parquet file are kept together, and in memory.
	groupRows = 20_000
)

// A format writes changes as a file. What it has not written when it is closed, the
// file lacks; what was never closed is no whole file.
type format struct {
	kind string // of the content
	make func(w io.Writer) rowWriter
}

type rowWriter interface {
	Write(l *changeLine) error
	Close() error
}

var formats = map[string]format{
	"csv":     {"text/csv; charset=utf-8; header=present", newCSV},
	"ndjson":  {"application/x-ndjson; charset=utf-8", newNDJSON},
	"parquet": {"application/vnd.apache.parquet", newParquet},
}

// download answers GET and POST /feed/download.
func (s *Server) download(w http.ResponseWriter, r *http.Request, who caller) error {
	f, err := filter(r, who, "format", "bom")
	if err != nil {
		return err
	}
	name, err := oneOf(r, "format", "csv", "ndjson", "parquet")
	if err != nil {
		return err
	}
	bom, err := oneOf(r, "bom", "false", "true")
	if err != nil {
		return err
	}
	if bom == "true" && name != "csv" {
		return invalid("bom is for csv")
	}
	as := formats[name]
	leave, err := s.seats.take(who, true)
	if err != nil {
		return err
	}
	defer leave()
	h := w.Header()
	if n, err := s.store.Count(r.Context(), &f); err == nil {
		h.Set("X-Estimated-Rows", strconv.FormatUint(n, 10))
	} else {
		s.log.InfoContext(r.Context(), "a download begins without an estimate", "error", err)
	}
	isFile(w, as.kind, "feed."+name)
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	h.Set("Trailer", "X-Rows")
	rows, err := s.export(w, r, &f, as, bom == "true")
	if err != nil {
		return fmt.Errorf("download after %d rows: %w", rows, err)
	}
	h.Set("X-Rows", strconv.Itoa(rows))
	return nil
}

func (s *Server) export(w http.ResponseWriter, r *http.Request, f *Filter, as format, bom bool) (rows int, err error) {
	sent, err := newSender(w, s.patience)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(sent, sendBytes)
	if bom {
		_, _ = out.WriteString("\uFEFF") // Flush says what goes wrong
	}
	to := as.make(out)
	err = s.store.Export(r.Context(), f, func(c *Change) error {
		rows++
		line := lineOf(f.Vocabulary, c)
		return to.Write(&line)
	})
	for _, end := range []func() error{to.Close, out.Flush, sent.Flush} {
		if err == nil {
			err = end()
		}
	}
	return rows, err
}

// csvRows are RFC 4180's.
type csvRows struct {
	*csv.Writer
	cells []string
}

func newCSV(w io.Writer) rowWriter {
	c := &csvRows{Writer: csv.NewWriter(w)}
	c.UseCRLF = true
	_ = c.Writer.Write(columns) // what is wrong with w comes again
	return c
}

func (c *csvRows) Write(l *changeLine) error {
	c.cells = l.cells(c.cells[:0])
	for i, cell := range c.cells {
		c.cells[i] = report.Harmless(cell)
	}
	return c.Writer.Write(c.cells)
}

func (c *csvRows) Close() error {
	c.Flush()
	return c.Error()
}

// ndjsonRows are a JSON object a line.
type ndjsonRows struct{ *json.Encoder }

func newNDJSON(w io.Writer) rowWriter { return ndjsonRows{json.NewEncoder(w)} }

func (n ndjsonRows) Write(l *changeLine) error { return n.Encode(l) }
func (n ndjsonRows) Close() error              { return nil }

// parquetRows are written in groups.
type parquetRows struct {
	*parquet.GenericWriter[changeLine]
	held []changeLine
}

func newParquet(w io.Writer) rowWriter {
	return &parquetRows{GenericWriter: parquet.NewGenericWriter[changeLine](w, parquet.Compression(&parquet.Snappy))}
}

func (p *parquetRows) Write(l *changeLine) error {
	p.held = append(p.held, *l)
	if len(p.held) < groupRows {
		return nil
	}
	if err := p.hand(); err != nil {
		return err
	}
	return p.Flush()
}

func (p *parquetRows) hand() error {
	_, err := p.GenericWriter.Write(p.held)
	p.held = slices.Delete(p.held, 0, len(p.held))
	return err
}

func (p *parquetRows) Close() error {
	if err := p.hand(); err != nil {
		return err
	}
	return p.GenericWriter.Close()
}
