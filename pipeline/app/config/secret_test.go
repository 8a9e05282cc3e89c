package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSecret(t *testing.T) {
	t.Setenv("MAILFATE_TEST_SECRET", "from env\n")
	t.Setenv("MAILFATE_TEST_EMPTY", "")
	for _, tt := range []struct {
		secret     Secret
		want, fail string
	}{
		{Secret{}, "", ""},
		{Secret{Env: "MAILFATE_TEST_SECRET"}, "from env\n", ""},
		{Secret{Env: "MAILFATE_TEST_EMPTY"}, "", "environment variable MAILFATE_TEST_EMPTY: is not set"},
		{Secret{File: write(t, "s", " from file \r\n")}, " from file ", ""},
		{Secret{File: write(t, "s", "\n")}, "", "is empty"},
		{Secret{File: write(t, "s", strings.Repeat("x", maxSecret+1))}, "", "is larger than"},
		{Secret{File: filepath.Join(t.TempDir(), "gone")}, "", "no such file"},
	} {
		got, err := tt.secret.Read()
		var e *Error
		switch {
		case tt.fail == "" && (err != nil || got != tt.want):
			t.Errorf("%+v: %q %v", tt.secret, got, err)
		case tt.fail != "" && (!errors.As(err, &e) || !strings.Contains(err.Error(), tt.fail) || len(err.Error()) > 400):
			t.Errorf("%+v: %.400v", tt.secret, err)
		}
	}
}

func TestTLS(t *testing.T) {
	cert, key := selfSigned(t)
	c, err := (&TLS{CA: cert, Cert: cert, Key: key, ServerName: "kafka"}).Client()
	if err != nil || c.RootCAs == nil || len(c.Certificates) != 1 || c.ServerName != "kafka" || c.InsecureSkipVerify {
		t.Errorf("%+v %v", c, err)
	}
	if c, err := (*TLS)(nil).Client(); c != nil || err != nil {
		t.Error(c, err)
	}
	if c, err := (&TLS{Insecure: true}).Client(); err != nil || c.RootCAs != nil || !c.InsecureSkipVerify {
		t.Error(c, err)
	}
	for _, bad := range []TLS{{CA: cert + "x"}, {CA: key}, {Cert: cert, Key: cert}, {Cert: cert}} {
		var e *Error
		if _, err := bad.Client(); !errors.As(err, &e) || e.Hint == "" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return write(t, "cert.pem", encode("CERTIFICATE", der)), write(t, "key.pem", encode("PRIVATE KEY", keyDER))
}
