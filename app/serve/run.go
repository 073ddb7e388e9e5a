package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/metrics"
	"github.com/ladder-iac/ladder/app/web"
)

// metricsInterval is the resolution of the alarms.
const metricsInterval = time.Minute

// run serves until ctx ends or a signal comes, then stops in an order that a load balancer can live with:
// not ready, still serving for a while, no new connections, requests in flight to their end, pool closed.
func run(ctx context.Context, version string, config Config, log *slog.Logger) error {
	ctx, forget := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer forget()
	about := web.About{
		Version: version, Stack: config.Stack, Phase: config.Phase, Role: config.Role, Node: nodeName(config),
	}
	log = log.With(slog.String("version", version), slog.String("stack", config.Stack))
	log.Info("starting", slog.String("role", about.Role), slog.String("node", about.Node),
		slog.String("config", config.String()))

	parts, err := wire(context.WithoutCancel(ctx), config, about, log)
	if err != nil {
		return err
	}
	defer parts.close()
	health := web.NewHealth(parts.ready)
	recorder := &metrics.Recorder{}
	outside, inside := parts.layers(config)
	//nolint:contextcheck // a request has a context of its server's
	servers := newServers(config, log, web.Handler(web.Options{
		Context: flags.WithRequest, // one answer for each flag, however often a request asks
		Outside: outside, Inside: inside,
		Services: parts.services, Mounts: roles[config.Role].mounts, Health: health,
		Log: log, Unlogged: 1 - config.LogSample, Observe: recorder.Observe, HSTS: config.Domain != "" || config.PublicHTTPS,
	}), parts.certificates)
	if config.MetricsAddr != "" {
		servers = append(servers, newServer("metrics", config.MetricsAddr, parts.metrics.Handler(), log))
	}
	listeners, err := listen(ctx, servers)
	if err != nil {
		return err
	}
	defer sendMetrics(context.WithoutCancel(ctx), config, recorder, health, log)()

	group, failed := errgroup.WithContext(context.WithoutCancel(ctx))
	for i, server := range servers {
		group.Go(func() error { return server.serve(listeners[i]) })
		log.Info("listening", slog.String("scheme", server.scheme), slog.String("addr", listeners[i].Addr().String()))
	}
	group.Go(func() error {
		select {
		case <-ctx.Done():
			forget() // a second signal ends the process at once
			log.Info("stopping", slog.Duration("delay", config.ShutdownDelay))
			health.Stop()
			wait(failed, config.ShutdownDelay)
		case <-failed.Done():
		}
		return shutdown(context.WithoutCancel(ctx), servers, config.ShutdownTimeout)
	})
	err = group.Wait()
	log.Info("stopped", slog.Bool("clean", err == nil))
	return err
}

// nodeName tells this process from its like in headers of answers and in the log.
func nodeName(config Config) string {
	host, _ := os.Hostname() // the name is for people: it may be missing
	return cmp.Or(config.Node, host, "unknown")
}

// listen opens all addresses, or none.
func listen(ctx context.Context, servers []*server) ([]net.Listener, error) {
	var config net.ListenConfig
	var open []net.Listener
	for _, server := range servers {
		listener, err := config.Listen(ctx, "tcp", server.settings.Addr)
		if err != nil {
			for _, listener := range open {
				err = errors.Join(err, listener.Close())
			}
			return nil, fmt.Errorf("%s: %w; is another process on that port?", server.scheme, err)
		}
		open = append(open, listener)
	}
	return open, nil
}

// sendMetrics starts the sender, if configured, and returns what stops it after a last document.
func sendMetrics(
	ctx context.Context, config Config, recorder *metrics.Recorder, health *web.Health, log *slog.Logger,
) (stop func()) {
	if config.EMFAddr == "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	sender := metrics.Sender{
		Addr: config.EMFAddr, LogGroup: cmp.Or(config.EMFLogGroup, "/ladder/"+config.Stack+"/app"),
		Stack: config.Stack, Interval: metricsInterval, Ready: health.Ready, Log: log,
	}
	var stopped sync.WaitGroup
	stopped.Go(func() { sender.Run(ctx, recorder) })
	return func() {
		cancel()
		stopped.Wait()
	}
}

func wait(ctx context.Context, delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// shutdown lets all servers finish their requests, within one time for all of them.
func shutdown(ctx context.Context, servers []*server, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	errs := make([]error, len(servers))
	var all sync.WaitGroup
	for i, server := range servers {
		all.Go(func() {
			if err := server.Shutdown(ctx); err != nil {
				errs[i] = errors.Join(fmt.Errorf("%s: requests still in flight after %s: %w",
					server.scheme, timeout, err), server.Close())
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
