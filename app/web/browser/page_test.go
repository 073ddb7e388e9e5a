package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// unnamed are fields and buttons that a screen reader could not name.
const unnamed = `[...document.querySelectorAll("input, textarea, button, a")].filter((e) =>
	!(e.labels?.length || e.ariaLabel || e.textContent.trim())).map((e) => e.outerHTML).join()`

// TestPage is one visit of somebody who uses everything the page has.
func TestPage(t *testing.T) {
	t.Parallel()
	b := open(t, startApp(t))
	b.do(chromedp.WaitVisible(chromedp.CSS("#sign-in")))
	b.pictures("door")
	require.Empty(t, b.value(unnamed))
	require.Equal(t, "1", b.value(`document.querySelectorAll("h1").length`))

	b.fill("#sign-in", "email", "ann@example.com", "password", "wrong password")
	b.shows("#message", "email or password is wrong")
	b.fill("#sign-up", "name", "Ann <b>O'Neil</b>", "email", "ann@example.com", "password", "correct horse battery")
	b.shows("#name", "Ann <b>O'Neil</b>")
	b.shows("#empty", "No notes yet")
	b.holds(`document.querySelector("#message").hidden`)
	b.pictures("empty")

	b.profile()
	b.notes()
	b.origin()
	require.Empty(t, b.value(unnamed))

	b.do(chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#items li")))
	b.shows("#name", "Bea")
	b.click("#leave")
	b.do(chromedp.WaitVisible(chromedp.CSS("#sign-in")))
	require.Equal(t, "0", b.value(`document.querySelectorAll("#items li").length`))
	require.NotContains(t, b.value("document.body.innerText"), "ann@example.com")
	b.fill("#sign-up", "name", "Ann", "email", "ann@example.com", "password", "correct horse battery")
	b.shows("#message", "is taken; sign in instead")
	b.fill("#sign-in", "email", "ann@example.com", "password", "correct horse battery")
	b.shows("#name", "Bea")
	b.blameless()
}

func (b *browser) profile() {
	b.t.Helper()
	b.shows("#email", "ann@example.com")
	b.fill("#profile", "name", "Bea")
	b.shows("#name", "Bea")
	b.shows("#done", "Name saved")
	b.elsewhere("/users/me", `{"version":2,"name":"Other"}`)
	b.fill("#profile", "name", "Bea")
	b.shows("#message", "changed elsewhere meanwhile")
	b.fill("#profile", "name", "Bea")
	b.shows("#done", "Name saved")
}

// sequence saves two notes at once, of which the second request waits for the first.
func (b *browser) sequence() {
	b.t.Helper()
	b.value(`(() => {
		const real = window.fetch;
		let now = 0;
		window.most = 0;
		window.fetch = async (...request) => {
			window.most = Math.max(window.most, ++now);
			try { return await real(...request); } finally { now--; }
		};
		for (const n of [3, 4]) document.querySelector("#items li:nth-child(" + n + ") form").requestSubmit();
	})()`)
	for _, n := range []string{"3", "4"} {
		b.shows("#items li:nth-child("+n+") small", "version 2")
	}
	require.Equal(b.t, "1", b.value("window.most"))
}

func (b *browser) notes() {
	b.t.Helper()
	const first = "#items li:first-child form"
	for i := 1; i <= 12; i++ {
		b.fill("#new-item", "title", fmt.Sprintf("Note %d", i), "body", "Buy milk, <script>alert(1)</script> and bread.")
		b.holds(fmt.Sprintf(`document.querySelector("#items li input")?.value === "Note %d"`, i))
	}
	b.do(chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#more")))
	b.holds(`document.querySelectorAll("#items li").length === 10`)
	b.click("#more")
	b.holds(`document.querySelectorAll("#items li").length === 12`)
	b.holds(`document.querySelector("#more").hidden`)
	b.holds(`document.querySelector("#items li:last-child input").value === "Note 1"`)

	b.sequence()
	b.fill(first, "title", "Changed")
	b.shows("#items li:first-child small", "version 2")
	b.elsewhere("/items", "")
	b.fill(first, "title", "Mine")
	b.shows("#message", "changed elsewhere meanwhile")
	b.holds(`document.querySelector("#items li input").value === "Mine"`)
	b.pictures("notes")
	b.fill(first, "title", "Mine")
	b.shows("#items li:first-child small", "version 4")

	b.click(first + " .delete")
	b.shows(first+" .delete", "Really delete?")
	b.picture("really", 1000, "dark")
	b.click(first + " .delete")
	b.holds(`document.querySelectorAll("#items li").length === 11`)
	b.shows("#done", "Note deleted")
}

// elsewhere changes the profile, or the newest note, as another tab of the same user would.
func (b *browser) elsewhere(path, body string) {
	b.t.Helper()
	status := result(b, chromedp.Evaluate[int](fmt.Sprintf(`(async () => {
		const headers = { Authorization: "Bearer " + sessionStorage.getItem("token"), "Content-Type": "application/json" };
		let [path, body] = [%q, %q];
		if (!body) {
			const newest = (await (await fetch("/api/v1" + path, { headers })).json()).items[0];
			[path, body] = [path + "/" + newest.id, JSON.stringify({ version: newest.version, title: "Other", body: "" })];
		}
		return (await fetch("/api/v1" + path, { method: "PUT", headers, body })).status;
	})()`, path, body), chromedp.EvalAwaitPromise))
	require.Equal(b.t, 200, status)
}

func (b *browser) origin() {
	b.t.Helper()
	facts := strings.Join(strings.Fields(b.value(`document.querySelector("#origin").innerText`)), " ")
	for _, want := range []string{"Phase 3", "Role all", "Node app-2", "Version v1.4.2", "ms"} {
		require.Contains(b.t, facts, want)
	}
}
