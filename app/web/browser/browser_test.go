// Package browser_test drives the page in a headless Chromium.
//
//	go test ./app/web/browser -screenshots /tmp/screenshots
package browser_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/serve"
)

var screenshots = flag.String("screenshots", "", "directory to keep pictures of the page in")

const patience = time.Minute // how long a step may take on a busy machine

// startApp starts the app in memory and returns its address; more are further variables with their values.
func startApp(t *testing.T, more ...string) string {
	t.Helper()
	env := map[string]string{
		"LISTEN_ADDR": "127.0.0.1:0", "SHUTDOWN_DELAY": "0s", "LADDER_PHASE": "3", "NODE_NAME": "app-2",
		"LADDER_STACK": "shop",
	}
	for i := 0; i < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	reader, writer := io.Pipe()
	var ended sync.WaitGroup
	ended.Go(func() {
		serve.Main(ctx, "v1.4.2", nil, func(name string) string { return env[name] }, io.Discard, writer)
		_ = writer.Close()
	})
	t.Cleanup(func() { stop(); ended.Wait() })
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		var line struct{ Msg, Addr string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
			go func() { _, _ = io.Copy(io.Discard, reader) }()
			return "http://" + line.Addr
		}
	}
	t.Fatal("the app does not start")
	return ""
}

// browser is one tab.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	mistakes []string // what the page complained about in the console
}

// open starts Chromium and opens the page.
func open(t *testing.T, address string) *browser {
	t.Helper()
	program := find(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(patience))
	b := &browser{t: t}
	allocated, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, closeTab := chromedp.NewContext(allocated, chromedp.WithListener(b.listen))
	t.Cleanup(closeTab)
	b.ctx = ctx
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
	return b
}

func find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium on PATH: apt-get install -y --no-install-recommends chromium")
	return ""
}

// listen collects what the console of the page says. Refusals of the API are no mistake of the page.
func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.mistakes = append(b.mistakes, (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	case *log.EventEntryAdded:
		if e.Entry.Source != log.EntrySourceNetwork {
			b.mistakes = append(b.mistakes, e.Entry.Text)
		}
	}
}

// result runs one step of a test and returns what it found.
func result[T any](b *browser, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, action)
	require.NoError(b.t, err)
	return found
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	result(b, chromedp.Steps(steps...))
}

// fill types into the fields of a form, named as in the page, and sends it.
func (b *browser) fill(form string, fields ...string) {
	b.t.Helper()
	for i := 0; i < len(fields); i += 2 {
		field := chromedp.CSS(form + ` [name="` + fields[i] + `"]`)
		b.do(chromedp.WaitVisible(field))
		b.value(fmt.Sprintf("document.querySelector(%q).value = ''", string(field)))
		b.do(chromedp.SendKeys(field, fields[i+1]))
	}
	b.click(form + " button:not(.delete)")
}

func (b *browser) click(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// holds waits until a condition in JavaScript is true.
func (b *browser) holds(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+condition+")", chromedp.WithPollingTimeout(patience)))
	require.NoError(b.t, err, condition)
}

func (b *browser) shows(selector, text string) {
	b.t.Helper()
	b.holds(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, text))
}

func (b *browser) value(expression string) string {
	b.t.Helper()
	return result(b, chromedp.Evaluate[string]("String("+expression+")"))
}

// picture keeps the page as it looks, for people, at a width and in a colour scheme.
func (b *browser) picture(name string, width int64, scheme string) {
	b.t.Helper()
	media := emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}
	b.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, media)
		return err
	}), chromedp.EmulateViewport(width, 800))
	content := result(b, chromedp.FullScreenshot(100))
	require.NotEmpty(b.t, content)
	wide := b.value("document.documentElement.scrollWidth > innerWidth")
	require.Equal(b.t, "false", wide, "%s: nothing is wider than the screen", name)
	if *screenshots != "" {
		require.NoError(b.t, os.MkdirAll(*screenshots, 0o755))
		require.NoError(b.t, os.WriteFile(filepath.Join(*screenshots, name+".png"), content, 0o600))
	}
}

func (b *browser) pictures(name string) {
	b.t.Helper()
	b.picture(name+"-phone-dark", 360, "dark")
	b.picture(name+"-light", 1000, "light")
}

func (b *browser) blameless() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, strings.Join(b.mistakes, "\n"))
}
