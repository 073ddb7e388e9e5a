"use strict";

const byID = (id) => document.getElementById(id);
const storage = window.sessionStorage; // ends with the tab, as the session should
const pageItems = 10;
const tries = 3;
let next = ""; // cursor of the older notes
let user = null;

// The page comes from where the API is, or from a content delivery network and asks elsewhere.
const elsewhere = document.querySelector("meta[name=api]")?.content || "";
const freshness = "X-Ladder-Freshness";

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// newKey names one write, so that it may be sent again without being done twice.
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

// send sends one request, and again when nobody answered or the server was busy.
async function send(path, request) {
  const start = performance.now();
  for (let n = 1; ; n++) {
    const answer = await fetch(elsewhere + "/api/v1" + path, request).catch(() => null);
    if (answer && (answer.status !== 503 || n === tries)) {
      tell(answer.headers, performance.now() - start);
      return answer;
    }
    if (n === tries) throw new Error("The server cannot be reached. Try again in a moment.");
    await pause(n * 400);
  }
}

// call returns the body of the answer to one request; a refusal becomes an Error with its code. One waits for the
// other: an answer tells how fresh the next one has to be.
let last = Promise.resolve();
function call(...request) {
  const answer = last.then(() => ask(...request));
  last = answer.catch(() => null);
  return answer;
}

async function ask(method, path, body) {
  const headers = {};
  const token = storage.getItem("token");
  if (token) headers.Authorization = "Bearer " + token;
  if (body) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["Idempotency-Key"] = newKey();
  // Elsewhere the cookie that tells how fresh answers must be is not sent along.
  if (elsewhere && storage.getItem("freshness")) headers[freshness] = storage.getItem("freshness");
  const answer = await send(path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.headers.has(freshness)) storage.setItem("freshness", answer.headers.get(freshness));
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  const failure = new Error(content.error?.message || "The server answered " + answer.status + ".");
  failure.code = content.error?.code;
  throw failure;
}

// tell shows where an answer came from.
function tell(headers, took) {
  const origin = new URLSearchParams(headers.get("X-Ladder-Origin") || "");
  for (const cell of document.querySelectorAll("[data-origin]")) {
    cell.textContent = origin.getAll(cell.dataset.origin).join(" → ") || "–";
  }
  byID("took").textContent = Math.round(took) + " ms";
  byID("origin").hidden = false;
}

function say(text) {
  byID("message").textContent = text;
  byID("message").hidden = !text;
}

// done says for some seconds what went well.
function done(text) {
  clearTimeout(done.timer);
  byID("done").textContent = text;
  done.timer = setTimeout(() => { byID("done").textContent = ""; }, 5000);
}

// run does one action with its button disabled, and shows what went wrong.
async function run(button, action) {
  say("");
  done("");
  button.disabled = true;
  try {
    await action();
  } catch (failure) {
    if (failure.code === "unauthenticated" && user) leave();
    say(failure.message);
  } finally {
    button.disabled = false;
  }
}

function onSubmit(form, action) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(event.submitter || form.querySelector("button"), () => action(Object.fromEntries(new FormData(form))));
  });
}

// leave forgets everything of the user, also what is only hidden.
function leave() {
  storage.clear();
  user = null;
  byID("items").replaceChildren();
  document.querySelectorAll("main form").forEach((form) => form.reset());
  show();
}

function show() {
  byID("door").hidden = Boolean(user);
  byID("desk").hidden = !user;
  byID("who").hidden = !user;
  byID("name").textContent = user?.name || "";
  byID("email").textContent = user?.email || "";
  byID("since").textContent = user ? new Date(user.created_at).toLocaleDateString() : "";
  byID("profile").elements.name.value = user?.name || "";
}

async function enter() {
  user = await call("GET", "/users/me");
  show();
  await list();
  byID("main").focus();
}

async function signIn(input) {
  const session = await call("POST", "/sessions", { email: input.email, password: input.password });
  storage.setItem("token", session.token);
  await enter();
}

async function list() {
  byID("items").replaceChildren();
  next = "";
  await older();
}

async function older() {
  const page = await call("GET", "/items?limit=" + pageItems + (next && "&cursor=" + next));
  byID("items").append(...page.items.map(card));
  next = page.next || "";
  mark();
}

function mark() {
  byID("empty").hidden = byID("items").children.length > 0;
  byID("more").hidden = !next;
}

// change sends a change of something by version. When it has moved on, read brings its version up to date, so that
// the user, who keeps what he typed, may save again.
async function change(path, body, read) {
  try {
    return await call("PUT", path, body);
  } catch (failure) {
    if (failure.code !== "conflict") throw failure;
    await read();
    throw new Error("This was changed elsewhere meanwhile. Your text is still here: save again to replace the other one.");
  }
}

// card shows one note, which can be changed in place.
function card(item) {
  const element = byID("item").content.firstElementChild.cloneNode(true);
  const form = element.querySelector("form");
  const path = "/items/" + item.id;
  const fill = () => {
    form.elements.title.value = item.title;
    form.elements.body.value = item.body;
    const when = new Date(item.updated_at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
    element.querySelector("small").textContent = "version " + item.version + " · " + when;
    element.querySelector(".delete").setAttribute("aria-label", "Delete note " + item.title);
    element.querySelector(".save").setAttribute("aria-label", "Save note " + item.title);
  };
  fill();
  onSubmit(form, async (input) => {
    const body = { version: item.version, title: input.title, body: input.body };
    item = await change(path, body, async () => { item.version = (await call("GET", path)).version; });
    fill();
    done("Note saved");
  });
  askTwice(element.querySelector(".delete"), async () => {
    await call("DELETE", path);
    element.remove();
    mark();
    done("Note deleted");
    byID("items-title").scrollIntoView({ block: "nearest" });
  });
  return element;
}

// askTwice lets a button act on its second click.
function askTwice(button, action) {
  const label = button.textContent;
  const calm = () => { button.classList.remove("sure"); button.textContent = label; };
  button.addEventListener("blur", calm);
  button.addEventListener("click", () => {
    if (button.classList.contains("sure")) return run(button, action).then(calm);
    button.classList.add("sure");
    button.textContent = "Really delete?";
    button.focus(); // not every browser does it by itself
  });
}

onSubmit(byID("sign-in"), signIn);
onSubmit(byID("sign-up"), async (input) => {
  await call("POST", "/users", input);
  await signIn(input);
});
onSubmit(byID("profile"), async (input) => {
  const body = { version: user.version, name: input.name };
  user = await change("/users/me", body, async () => { user.version = (await call("GET", "/users/me")).version; });
  show();
  done("Name saved");
});
onSubmit(byID("new-item"), async (input) => {
  byID("items").prepend(card(await call("POST", "/items", input)));
  byID("new-item").reset();
  mark();
  done("Note added");
});
byID("leave").addEventListener("click", () => { say(""); leave(); });
byID("more").addEventListener("click", () => run(byID("more"), older));
show();
if (storage.getItem("token")) {
  byID("door").hidden = true; // no flash of the door while the session is looked at
  run(byID("more"), async () => {
    try {
      await enter();
    } catch (failure) {
      if (failure.code === "unauthenticated") leave();
      show();
      throw failure;
    }
  });
}
