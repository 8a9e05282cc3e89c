package api

import (
	"net/http"
	"time"
)

// sender writes to somebody who may take as long for each write, however long it was
// since the last: the server's own deadline is for answers that come at once.
type sender struct {
	http.ResponseWriter
	control *http.ResponseController
	within  time.Duration
}

// newSender also lets a request last that has been read.
func newSender(w http.ResponseWriter, within time.Duration) (*sender, error) {
	s := &sender{w, http.NewResponseController(w), within}
	return s, s.control.SetReadDeadline(time.Time{})
}

func (s *sender) Write(b []byte) (int, error) {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.within)); err != nil {
		return 0, err
	}
	return s.ResponseWriter.Write(b)
}

// Flush sends what the server still holds, and says what goes wrong.
func (s *sender) Flush() error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.within)); err != nil {
		return err
	}
	return s.control.Flush()
}
