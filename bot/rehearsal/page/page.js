// The page: what the stream of events tells, drawn channel by channel.
import { make, messageNode, privateNote } from "./cards.js";
import { Composer } from "./composer.js";
import { postNodes } from "./forum.js";
import { renewMoments } from "./markdown.js";
import { Me } from "./me.js";
import { MessageMenu } from "./menu.js";
import { drawChannels, drawHead, sayBot } from "./sidebar.js";
import { DIRECT, Store, isForum } from "./store.js";

const NEAR_BOTTOM = 120; // in pixels
const THINKING_MS = 250; // an answer that takes longer shows as "thinking"
const MOMENTS_MS = 5000; // between two looks at "5 minutes ago"
const UNANSWERED = 504; // what the control API says of a bot that does not answer
const byId = (id) => document.getElementById(id);
const log = byId("messages");

const pending = new Set(); // commands without an answer as yet, and those that failed
const presses = new Map(); // by message: the button that is being pressed, or how that failed

async function ask(path, body, method = "POST") {
  try {
    const response = await fetch(`standin/${path}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.status === UNANSWERED) return { error: "The application did not respond" };
    return response.status === 204 ? {} : await response.json();
  } catch {
    return { error: "The rehearsal does not answer. Is it still running?" };
  }
}

const me = new Me({
  face: byId("me-face"),
  name: byId("me-name"),
  people: byId("person"),
  languages: byId("language"),
  direct: byId("takes-direct"),
  changed: () => lookAnew(),
  put: (path, body) => ask(path, body, "PUT"),
});
const store = new Store(me);

// Who asks, and where.
function asking() {
  return { ...me.who(), ...(store.current === DIRECT ? { place: "dm" } : { channel_id: store.current }) };
}

function there() {
  const { users, roles } = store.state;
  if (store.current !== DIRECT) return { users, roles, channels: store.channels };
  return { users: users.filter(({ id }) => id === me.person.id || id === store.state.bot.id), roles: [], channels: [] };
}

const composer = new Composer({
  form: byId("composer"),
  field: byId("field"),
  suggestions: byId("suggestions"),
  ask: (path, body) => ask(path, { ...body, ...asking() }),
  send: (command, options) => follow("slash", { command: command.key, options }, `/${command.shown}`, command.key),
  there,
});
const menu = new MessageMenu({
  node: byId("menu"),
  use: ({ name }, message) => follow("message_command", { command: name, message_id: message.id }, name, name),
});

function messageCommands() {
  return me.offered(store.state.message_commands, store.current === DIRECT);
}

const actions = {
  press: (message, customId) => press(message, customId, "click", {}),
  choose: (message, customId, values) => press(message, customId, "choose", { values }),
  pressed: (message) => presses.get(message.id),
  dismiss: (message) => {
    store.remove(message);
    redraw();
  },
  get menu() {
    const commands = messageCommands();
    return commands.length ? (button, message) => menu.open(button, message, commands) : null;
  },
};

// Drawing

function welcome(channel) {
  const lines = (title, text) => make("div", "welcome", make("h2", "", title), make("p", "", text));
  if (channel.id === DIRECT) return lines(channel.name, `What ${channel.name} writes to you alone stands here. Commands work here too.`);
  const forum = store.channel(channel.parent_id);
  if (forum) return lines(channel.name, `A thread in #${forum.name}.`);
  const isEmpty = isForum(channel) ? !store.childrenOf(channel).length : !store.said(channel.id).length;
  const some = isForum(channel) ? "The newest post is the first one." : "This is where the rehearsal began.";
  const told = isEmpty ? "Nothing has been announced here yet. A new link post will appear by itself." : some;
  const hint = isForum(channel) ? "" : " Type / below to try the commands; some are behind the ⋯ of a message.";
  return lines(`Welcome to #${channel.name}`, told + hint);
}

function waitingNode(entry) {
  const text = entry.error ? make("div", "text error", entry.error) : make("div", "text thinking", `${entry.shown}: thinking…`);
  const putAway = () => {
    pending.delete(entry);
    redraw();
  };
  const name = store.state.bot.name || "Linkbot";
  const head = make("div", "head", make("span", "author", name), make("span", "app", "APP"));
  return make("div", "message ephemeral", make("span", "avatar", name[0]), head, make("div", "body", text, entry.error ? privateNote(putAway) : null));
}

function waitingHere() {
  return [...pending].filter(({ place, user }) => place === store.current && user === me.person?.name);
}

function drawMessages() {
  const channel = store.channel(store.current);
  if (!channel) {
    log.replaceChildren();
    return;
  }
  const nodes = [welcome(channel)];
  if (isForum(channel)) nodes.push(...postNodes(channel, store.channels, store.messages, store.fresh, open));
  const mark = store.divider.get(store.keyOf(store.current));
  let before = null;
  for (const message of store.said(store.current)) {
    if (mark === message.id) {
      nodes.push(make("div", "divider", make("span", "", "NEW")));
      before = null;
    }
    nodes.push(messageNode(message, before, store.names, actions));
    before = message;
  }
  nodes.push(...waitingHere().filter(({ error, slow }) => error || slow).map(waitingNode));
  log.replaceChildren(...nodes);
}

function atBottom() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_BOTTOM;
}

function toBottom() {
  log.scrollTop = log.scrollHeight;
  byId("jump").hidden = true;
}

// Where the keyboard is in a message, as a function that puts it there again.
function keptFocus() {
  const within = (node) => [...(node?.querySelectorAll("button, a, select") ?? [])];
  const message = document.activeElement?.closest(".message");
  const at = within(message).indexOf(document.activeElement);
  return () => at >= 0 && within(log.querySelector(`[data-id="${message.dataset.id}"]`))[at]?.focus({ preventScroll: true });
}

function redraw() {
  const following = atBottom() && !isForum(store.channel(store.current));
  const top = log.scrollTop;
  const refocus = keptFocus();
  drawMessages();
  refocus();
  if (following) toBottom();
  else log.scrollTop = top;
  return following;
}

function drawAround() {
  const channel = store.channel(store.current);
  drawChannels(store, open);
  drawHead(store);
  if (!channel) return;
  byId("composer").hidden = isForum(channel); // nobody can type there
  const named = channel.parent_id === null ? `#${channel.name}` : channel.name;
  const place = channel.id === DIRECT ? "direct messages" : named;
  composer.setCommands(me.offered(store.state.commands, channel.id === DIRECT), place);
}

function open(place) {
  if (store.current !== place) store.divider.delete(store.keyOf(store.current));
  store.current = place;
  store.readAll(place);
  drawAround();
  drawMessages();
  const mark = log.querySelector(".divider");
  if (isForum(store.channel(place))) log.scrollTop = 0;
  else if (mark) mark.scrollIntoView({ block: "center" });
  else toBottom();
}

// Somebody else looks at the page, or in another language.
function lookAnew() {
  store.learnNames();
  composer.reset();
  open((store.channel(store.current) ?? store.inOrder()[0] ?? store.direct).id);
}

// Put a message below the others, without touching them; says whether the bottom was, and is, in sight.
function append(message, before) {
  const following = atBottom();
  const marked = store.divider.get(message.channel_id) === message.id;
  if (marked) log.append(make("div", "divider", make("span", "", "NEW")));
  log.append(messageNode(message, marked ? null : before, store.names, actions));
  if (following) toBottom();
  return following;
}

// Events

// An answer takes the place of its "thinking", whichever of the two is told first.
function onAnswer(message) {
  const asked = message.interaction_metadata;
  const place = store.placeOf(message);
  const entry = [...pending].find((each) => !each.error && each.place === place && each.key === asked?.name && each.user === asked.user.username);
  if (!entry) return;
  entry.slow = false;
  clearTimeout(entry.timer);
}

function onCreated(message) {
  onAnswer(message);
  const place = store.placeOf(message);
  const before = store.said(place).at(-1);
  store.add(message);
  if (!store.sees(message)) return;
  if (!store.isShown(place) || document.visibilityState !== "visible") store.note(message);
  if (place === store.current) {
    const following = before && !waitingHere().length ? append(message, before) : redraw();
    if (!following) byId("jump").hidden = false;
  } else if (store.isShown(place)) {
    if (message.id === message.channel_id) store.fresh.add(message.id);
    redraw();
  }
  drawChannels(store, open);
}

function onChanged(message, isGone) {
  if (isGone) store.remove(message);
  else store.change(message);
  if (store.isShown(store.placeOf(message))) redraw();
}

function setState(state) {
  const couldBeMenu = Boolean(actions.menu);
  store.state = state;
  me.setPeople(state.people);
  store.learnNames();
  if (!store.channel(store.current)) {
    open((store.inOrder()[0] ?? store.direct).id);
    return;
  }
  drawAround();
  if (isForum(store.channel(store.current)) || couldBeMenu !== Boolean(actions.menu)) redraw();
}

function onSnapshot(event) {
  store.setMessages(event.messages);
  setState(event.state);
  redraw();
}

const HANDLERS = {
  snapshot: onSnapshot,
  state: (event) => setState(event.state),
  message_created: (event) => onCreated(event.message),
  message_edited: (event) => onChanged(event.message, false),
  message_deleted: (event) => onChanged(event.message, true),
};

// Asking

// Ask the bot something; `key` is what the answer will tell was asked.
async function follow(path, body, shown, key) {
  const entry = { shown, key, place: store.current, user: me.person.name, error: null, slow: false };
  pending.add(entry);
  entry.timer = setTimeout(() => {
    entry.slow = true;
    redraw();
  }, THINKING_MS);
  const answer = await ask(path, { ...body, ...asking() });
  clearTimeout(entry.timer);
  if (answer.error) entry.error = answer.error;
  else pending.delete(entry);
  redraw();
  if (entry.place === store.current) toBottom();
}

// The answer to a press changes the message in its place, or comes as another one.
async function press(message, customId, path, body) {
  if (presses.get(message.id)?.customId) return;
  presses.set(message.id, { customId });
  redraw();
  const answer = await ask(path, { ...me.who(), ...body, message_id: message.id, custom_id: customId });
  if (answer.error) presses.set(message.id, { error: `This interaction failed. ${answer.error}` });
  else presses.delete(message.id);
  redraw();
}

// A link to a channel or message of this rehearsal leads there; any other link leads where it says.
function jump(event) {
  const link = event.target.closest?.("a[data-channel-link]");
  if (!link) return;
  const place = store.placeOf({ channel_id: link.dataset.channelLink });
  if (!store.channel(place)) return;
  event.preventDefault();
  open(place);
  const target = log.querySelector(`[data-id="${link.dataset.messageLink}"]`);
  target?.scrollIntoView({ block: "center" });
  target?.classList.add("target");
}

function listen() {
  const events = new EventSource("events");
  events.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    HANDLERS[event.kind]?.(event);
  });
  events.addEventListener("error", () => sayBot("the rehearsal has ended; trying again…", false));
}

log.addEventListener("scroll", () => {
  if (atBottom()) byId("jump").hidden = true;
});
log.addEventListener("click", jump);
byId("jump").addEventListener("click", toBottom);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !store.channel(store.current)) return;
  store.readAll(store.current);
  drawChannels(store, open);
  if (isForum(store.channel(store.current))) redraw();
});
setInterval(() => renewMoments(log), MOMENTS_MS);
listen();
