package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/load"
)

const (
	startTime = 30 * time.Second
	stopTime  = 10 * time.Second
)

// process is a peer that runs.
type process struct {
	name   string
	addr   string
	client *load.Client
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	log    *os.File
}

// start starts a peer with an environment of its own and waits until it accepts connections.
func start(ctx context.Context, o options, name, owner, logFile string, env []string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	command := []string{
		self, "-serve", name, "-listen", addr, "-owner", owner, "-pool", strconv.Itoa(o.pool),
	}
	if o.profiles != "" {
		command = append(command, "-profile-to", filepath.Join(o.profiles, fileName(name)+".pprof"))
	}
	if o.cpus != "" {
		command = append([]string{"taskset", "-c", o.cpus}, command...)
	}
	cmd := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // ourselves; ends with its stdin
	cmd.Env = slices.Concat(env, []string{"LISTEN_ADDR=" + addr, "GOMAXPROCS=" + strconv.Itoa(o.procs)})
	p := &process{name: name, addr: addr, client: load.NewClient(addr, o.conns), cmd: cmd}
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdout = bufio.NewReader(stdout)
	if p.log, err = os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil { //nolint:gosec // ours
		return nil, err
	}
	cmd.Stderr = p.log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.wait(ctx); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w; its log may say why: -log DIR keeps it", name, err)
	}
	return p, nil
}

// fileName returns a peer's name without what a path would take for its own.
func fileName(peer string) string { return strings.NewReplacer("/", "-", " ", "-").Replace(peer) }

// freeAddr returns an address that nobody listens on now.
func freeAddr(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (p *process) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", p.addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("does not listen: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// used asks the process.
func (p *process) used() (u usage, err error) {
	if _, err = io.WriteString(p.stdin, "used\n"); err == nil {
		_, err = fmt.Fscan(p.stdout, &u.cpu, &u.allocs, &u.memory)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", p.name, err)
	}
	return u, err
}

// stop lets the process end, and ends it when it does not.
func (p *process) stop() {
	p.client.Close()
	_ = p.stdin.Close()
	late := time.AfterFunc(stopTime, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait() // its exit code says nothing
	late.Stop()
	_ = p.log.Close()
}
