"use strict";

const byID = (id) => document.getElementById(id);
const storage = window.sessionStorage; // ends with the tab, as the session should
let next = ""; // cursor of the older notes

// call sends one request and returns the answer's body; a refusal becomes an Error with its code.
async function call(method, path, body) {
  const headers = {};
  const token = storage.getItem("token");
  if (token) headers.Authorization = "Bearer " + token;
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch("/api/v1" + path, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Error("The server cannot be reached. Try again in a moment.");
  }
  if (answer.status === 204) return null;
  const content = await answer.json().catch(() => ({}));
  if (answer.ok) return content;
  const failure = new Error(content.error?.message || "The server answered " + answer.status + ".");
  failure.code = content.error?.code;
  throw failure;
}

function say(text) {
  byID("message").textContent = text;
  byID("message").hidden = !text;
}

// run does one action with its button disabled, and shows what went wrong.
async function run(button, action) {
  say("");
  button.disabled = true;
  try {
    await action();
  } catch (failure) {
    if (failure.code === "unauthenticated" && storage.getItem("token")) leave();
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
  byID("items").replaceChildren();
  byID("sign-in").reset();
  byID("new-item").reset();
  show();
}

function show() {
  const name = storage.getItem("name");
  byID("door").hidden = Boolean(name);
  byID("desk").hidden = !name;
  byID("who").hidden = !name;
  byID("name").textContent = name || "";
}

async function signIn(input) {
  const session = await call("POST", "/sessions", { email: input.email, password: input.password });
  storage.setItem("token", session.token);
  storage.setItem("name", session.user.name);
  show();
  await list();
}

async function list() {
  byID("items").replaceChildren();
  next = "";
  await older();
}

async function older() {
  const page = await call("GET", "/items?limit=20" + (next && "&cursor=" + next));
  byID("items").append(...page.items.map(card));
  next = page.next || "";
  mark();
}

function mark() {
  byID("empty").hidden = byID("items").children.length > 0;
  byID("more").hidden = !next;
}

// card shows one note, which can be changed in place.
function card(item) {
  const element = byID("item").content.firstElementChild.cloneNode(true);
  const form = element.querySelector("form");
  const fill = () => {
    form.elements.title.value = item.title;
    form.elements.body.value = item.body;
    const when = new Date(item.updated_at).toLocaleString();
    element.querySelector("small").textContent = "version " + item.version + " · " + when;
  };
  fill();
  onSubmit(form, async (input) => {
    item = await call("PUT", "/items/" + item.id, { version: item.version, title: input.title, body: input.body });
    fill();
  });
  const remove = element.querySelector(".delete");
  remove.addEventListener("click", () => run(remove, async () => {
    await call("DELETE", "/items/" + item.id);
    element.remove();
    mark();
  }));
  return element;
}

onSubmit(byID("sign-in"), signIn);
onSubmit(byID("sign-up"), async (input) => {
  await call("POST", "/users", input);
  await signIn(input);
  byID("sign-up").reset();
});
onSubmit(byID("new-item"), async (input) => {
  byID("items").prepend(card(await call("POST", "/items", input)));
  byID("new-item").reset();
  mark();
});
byID("leave").addEventListener("click", () => { say(""); leave(); });
byID("more").addEventListener("click", () => run(byID("more"), older));
show();
if (storage.getItem("token")) run(byID("more"), list);
