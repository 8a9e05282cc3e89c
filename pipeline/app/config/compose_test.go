package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"mailfate/pipeline/app/cli"
	"mailfate/pipeline/app/config"
)

// root is the module's directory, where the compose file is.
const root = "../../.."

// compose is what the tests look at of docker-compose.yml.
type compose struct {
	Services map[string]service
	Configs  map[string]struct{ File string }
	Volumes  map[string]any
}

type service struct {
	Image, Build string
	Command      []string
	Environment  map[string]string
	WorkingDir   string `yaml:"working_dir"`
	Configs      []struct{ Source, Target string }
	Ports        []string
	Volumes      []string
	Healthcheck  *struct{ Test []string }
	ReadOnly     bool                                  `yaml:"read_only"`
	DependsOn    map[string]struct{ Condition string } `yaml:"depends_on"`
}

func readCompose(t *testing.T) compose {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// interpolate does what Compose does to a value: ${NAME:-default} becomes the
// default, $$ becomes $.
func interpolate(s string) string {
	if _, rest, ok := strings.Cut(s, ":-"); ok && strings.HasPrefix(s, "${") {
		return strings.TrimSuffix(rest, "}")
	}
	return strings.ReplaceAll(s, "$$", "$")
}

// run calls the command line that main calls.
func run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := cli.Run(t.Context(), args, &out, &errOut); code != 0 {
		t.Errorf("mailfate %s: exit code %d\n%s", strings.Join(args, " "), code, errOut.String())
	}
	return out.String()
}

// TestComposeCommands tries every command line and configuration of mailfate in
// docker-compose.yml.
func TestComposeCommands(t *testing.T) {
	c, tried := readCompose(t), 0
	for name, s := range c.Services {
		if s.Build == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for k, v := range s.Environment {
				t.Setenv(k, interpolate(v))
			}
			files := map[string]string{}
			for _, m := range s.Configs {
				files[m.Target] = filepath.Join(root, c.Configs[m.Source].File)
			}
			args := slices.Clone(s.Command)
			for i, arg := range args {
				args[i] = interpolate(arg)
				if file, ok := files[arg]; ok {
					args[i] = file
					checkConfiguration(t, c, file)
				} else if i > 0 && args[i-1] == "--config" {
					t.Errorf("%s is not in the container", arg)
				}
			}
			// With --help a command reads its flags, which must exist, and does nothing.
			help := run(t, append(args, "--help")...)
			if !strings.Contains(help, "mailfate "+args[0]) {
				t.Errorf("%s is no command of mailfate:\n%s", args[0], help)
			}
		})
		tried++
	}
	if tried == 0 {
		t.Error("no mailfate in docker-compose.yml")
	}
}

// checkConfiguration checks that a configuration is a good one, and that the
// servers that it names are in the compose file.
func checkConfiguration(t *testing.T, c compose, file string) {
	t.Helper()
	cfg, err := config.Load(file)
	if err != nil {
		t.Error(err)
	}
	if printed := run(t, "check-config", "--config", file); printed != string(cfg.Effective()) {
		t.Errorf("check-config prints another configuration:\n%s", printed)
	}
	for _, address := range slices.Concat(cfg.Kafka.Brokers, cfg.ClickHouse.Addresses) {
		host, _, _ := strings.Cut(address, ":")
		if s, ok := c.Services[host]; !ok || s.Healthcheck == nil {
			t.Errorf("%s: %s is no service with a health check", file, host)
		}
	}
	if len(cfg.Kafka.Brokers) == 0 || len(cfg.ClickHouse.Addresses) == 0 {
		t.Errorf("%s: nothing can be embedded in the container", file)
	}
}

func TestComposeServices(t *testing.T) {
	c := readCompose(t)
	for name, s := range c.Services {
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to other machines", name, port)
			}
		}
		for on, d := range s.DependsOn {
			if d.Condition != "service_healthy" || c.Services[on].Healthcheck == nil {
				t.Errorf("%s does not wait until %s is healthy", name, on)
			}
		}
		for _, v := range s.Volumes {
			checkVolume(t, c, name, v)
		}
		if s.Build == "" {
			if _, tag, ok := strings.Cut(s.Image, ":"); !ok || tag == "latest" {
				t.Errorf("%s: image %s has no version", name, s.Image)
			}
		} else if !s.ReadOnly || len(s.DependsOn) == 0 {
			t.Errorf("%s can write to its root file system, or waits for nobody", name)
		}
	}
}

// checkVolume checks that what is mounted exists; our files are read only.
func checkVolume(t *testing.T, c compose, name, volume string) {
	t.Helper()
	from, to, _ := strings.Cut(volume, ":")
	if !strings.HasPrefix(from, ".") {
		if _, ok := c.Volumes[from]; !ok {
			t.Errorf("%s: volume %s is not declared", name, from)
		}
		return
	}
	if _, err := os.Stat(filepath.Join(root, from)); err != nil || !strings.HasSuffix(to, ":ro") {
		t.Errorf("%s: volume %s: %v, or not read only", name, volume, err)
	}
}

// TestComposePaths looks for what the command line reads, and for what the
// image does with it.
func TestComposePaths(t *testing.T) {
	s := readCompose(t).Services["mailfate"]
	if !slices.Contains(s.Volumes, "./testdata:/testdata:ro") || s.WorkingDir != "/" {
		t.Error("testdata is somewhere else")
	}
	for _, arg := range s.Command {
		if strings.HasPrefix(arg, "testdata") {
			if _, err := os.Stat(filepath.Join(root, arg)); err != nil {
				t.Error(err)
			}
		}
	}
	dockerfile, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(filepath.Join(root, "mailfate.compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if d := string(dockerfile); !strings.Contains(d, "\nUSER 65532:65532\n") || !strings.Contains(d, "--chown=65532:65532 /out/data "+cfg.Data+"\n") {
		t.Error("the data directory is not the user's who runs mailfate")
	}
	if !slices.Contains(s.Volumes, "mailfate:"+cfg.Data) {
		t.Errorf("%s is not in a volume", cfg.Data)
	}
}

// TestExampleThroughCommandLine checks the example as a user would.
func TestExampleThroughCommandLine(t *testing.T) {
	run(t, "check-config", "--config", filepath.Join(root, "mailfate.example.yaml"))
}
