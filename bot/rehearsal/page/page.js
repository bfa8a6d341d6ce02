// The page: what the stream of events tells, drawn channel by channel.
import { make, messageNode } from "./cards.js";
import { Composer } from "./composer.js";
import { postNodes, threadNote } from "./forum.js";

const ICONS = {
  text: "M5 9h14M5 15h14M10 4 8 20M16 4l-2 16",
  announcement: "M4 10v4l3 .5L9 20h3l-1.5-5L19 18V5L8 9.5H4Z",
  forum: "M4 5h16v10H11l-4 4v-4H4Z",
  media: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4",
  voice: "M5 9v6h4l5 4V5L9 9ZM17 9a4 4 0 0 1 0 6",
  thread: "M6 4v9a3 3 0 0 0 3 3h9M15 12l4 4-4 4",
};
const SHOWN = 200; // messages of a channel
const NEAR_BOTTOM = 120; // in pixels
const THINKING_MS = 250; // an answer that takes longer shows as "thinking"
const byId = (id) => document.getElementById(id);
const log = byId("messages");

let state = { channels: [], roles: [], users: [], commands: [], bot: { name: "", connected: false } };
let names = new Map();
let current = null;
const messages = new Map();
const unread = new Map();
const divider = new Map();
const fresh = new Set(); // threads of the open forum that were not there when it was last looked at
const pending = new Map();

async function ask(path, body) {
  try {
    const response = await fetch(`standin/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { error: "The rehearsal does not answer. Is it still running?" };
  }
}

function icon(kind) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[kind] ?? ICONS.text);
  svg.append(path);
  return svg;
}

function channelById(id) {
  return state.channels.find((channel) => channel.id === id);
}

function isForum(channel) {
  return channel?.kind === "forum" || channel?.kind === "media";
}

function childrenOf(channel) {
  return state.channels.filter((thread) => thread.parent_id === channel.id);
}

// Threads stand below their channel; of a forum's, which may be hundreds, only the one that is open.
function inOrder() {
  const top = state.channels.filter((channel) => channel.parent_id === null);
  return top.flatMap((channel) => [channel, ...childrenOf(channel).filter((thread) => !isForum(channel) || thread.id === current)]);
}

function unreadOf(channel) {
  const places = isForum(channel) ? [channel, ...childrenOf(channel).filter((thread) => thread.id !== current)] : [channel];
  return places.reduce((sum, { id }) => sum + (unread.get(id) ?? 0), 0);
}

function drawChannels() {
  const rows = inOrder().map((channel) => {
    const count = unreadOf(channel);
    const badge = count ? make("span", "badge", String(count)) : null;
    const row = make("button", "channel", icon(channel.kind), make("span", "name", channel.name), badge);
    row.type = "button";
    row.dataset.channel = channel.id;
    row.classList.toggle("unread", count > 0);
    row.classList.toggle("thread", channel.kind === "thread");
    row.setAttribute("aria-current", String(channel.id === current));
    row.addEventListener("click", () => open(channel.id));
    return make("li", "", row);
  });
  byId("channels").replaceChildren(...rows);
  const total = [...unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = `${total ? `(${total}) ` : ""}${state.guild ?? "Rehearsal"}`;
}

function drawHead() {
  const channel = channelById(current);
  if (!channel) return;
  byId("channel-icon").replaceChildren(icon(channel.kind));
  byId("channel-name").textContent = channel.name;
  const denied = channel.denied.length ? `the bot may not: ${channel.denied.join(", ").replaceAll("_", " ")}` : "";
  const forum = channelById(channel.parent_id);
  const place = isForum(forum) ? threadNote(channel, forum) : "";
  byId("channel-note").textContent = [place, denied].filter(Boolean).join(" · ");
  byId("guild").textContent = state.guild;
  byId("bot-name").textContent = state.bot.name;
  byId("bot-state").textContent = state.bot.connected ? "online" : "offline";
  byId("bot-state").className = state.bot.connected ? "online" : "";
}

function welcome(channel) {
  const forum = channelById(channel.parent_id);
  if (forum) return make("div", "welcome", make("h2", "", channel.name), make("p", "", `A thread in #${forum.name}.`));
  const isEmpty = isForum(channel) ? !childrenOf(channel).length : !messages.get(channel.id)?.length;
  const some = isForum(channel) ? "The newest post is the first one." : "This is where the rehearsal began.";
  const first = isEmpty ? "Nothing has been announced here yet. A new link post will appear by itself." : some;
  return make("div", "welcome", make("h2", "", `Welcome to #${channel.name}`), make("p", "", first));
}

function waiting(name) {
  return make("div", "message ephemeral", make("span", "avatar", (state.bot.name || "L")[0]), make("div", "head", make("span", "author", state.bot.name), make("span", "app", "APP")), make("div", "body", make("div", "text thinking", `/${name}: thinking…`)));
}

function failed(entry) {
  const away = make("button", "as-link", "Dismiss message");
  away.type = "button";
  away.addEventListener("click", () => {
    pending.get(current)?.delete(entry);
    drawMessages();
  });
  const body = make("div", "body", make("div", "text error", entry.error), make("div", "note only-you", "Only you can see this · ", away));
  return make("div", "message ephemeral", make("span", "avatar", (state.bot.name || "L")[0]), make("div", "head", make("span", "author", state.bot.name), make("span", "app", "APP")), body);
}

function drawMessages() {
  const channel = channelById(current);
  if (!channel) {
    log.replaceChildren();
    return;
  }
  const nodes = [welcome(channel)];
  if (isForum(channel)) nodes.push(...postNodes(channel, state.channels, messages, fresh, open));
  let before = null;
  for (const message of messages.get(current) ?? []) {
    if (divider.get(current) === message.id) {
      nodes.push(make("div", "divider", make("span", "", "NEW")));
      before = null;
    }
    nodes.push(messageNode(message, before, names, { press, dismiss }));
    before = message;
  }
  for (const entry of pending.get(current) ?? []) {
    if (entry.error) nodes.push(failed(entry));
    else if (entry.slow) nodes.push(waiting(entry.name));
  }
  log.replaceChildren(...nodes);
}

function atBottom() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_BOTTOM;
}

function toBottom() {
  log.scrollTop = log.scrollHeight;
  byId("jump").hidden = true;
}

// What is new stays marked in a forum's list until something else is opened.
function readAll(id) {
  fresh.clear();
  for (const place of [id, ...(isForum(channelById(id)) ? childrenOf({ id }).map((thread) => thread.id) : [])]) {
    if (unread.delete(place) && place !== id) fresh.add(place);
  }
}

function open(id) {
  if (current !== id) divider.delete(current);
  current = id;
  readAll(id);
  composer.setChannel(channelById(id));
  byId("composer").hidden = isForum(channelById(id)); // nobody can type there
  drawChannels();
  drawHead();
  drawMessages();
  const mark = log.querySelector(".divider");
  if (isForum(channelById(id))) log.scrollTop = 0;
  else if (mark) mark.scrollIntoView({ block: "center" });
  else toBottom();
}

function redraw() {
  const follow = atBottom() && !isForum(channelById(current));
  const top = log.scrollTop;
  drawMessages();
  if (follow) toBottom();
  else log.scrollTop = top;
  return follow;
}

// Put a message below the others, without touching them; says whether the bottom was, and is, in sight.
function append(message, before) {
  const follow = atBottom();
  const marked = divider.get(current) === message.id;
  if (marked) log.append(make("div", "divider", make("span", "", "NEW")));
  log.append(messageNode(message, marked ? null : before, names, { press, dismiss }));
  if (follow) toBottom();
  return follow;
}

function isShown(id) {
  const parent = channelById(id)?.parent_id ?? null;
  return id === current || (parent === current && isForum(channelById(parent)));
}

function isSeen(id) {
  return isShown(id) && document.visibilityState === "visible";
}

// An answer takes the place of its "thinking", whichever of the two is told first.
function onAnswer(message) {
  for (const entry of pending.get(message.channel_id) ?? []) {
    if (!entry.error && entry.name === message.interaction_metadata?.name) {
      entry.slow = false;
      clearTimeout(entry.timer);
      return;
    }
  }
}

function onCreated(message) {
  onAnswer(message);
  const list = messages.get(message.channel_id) ?? [];
  messages.set(message.channel_id, [...list, message].slice(-SHOWN));
  if (!isSeen(message.channel_id)) {
    unread.set(message.channel_id, (unread.get(message.channel_id) ?? 0) + 1);
    if (!divider.has(message.channel_id)) divider.set(message.channel_id, message.id);
  }
  if (message.channel_id === current) {
    const following = list.length && list.length < SHOWN && !pending.get(current)?.size ? append(message, list.at(-1)) : redraw();
    if (!following) byId("jump").hidden = false;
  } else if (isShown(message.channel_id)) {
    if (message.id === message.channel_id) fresh.add(message.id);
    redraw();
  }
  drawChannels();
}

function onChanged(message, gone) {
  const list = messages.get(message.channel_id) ?? [];
  const changed = gone ? list.filter((each) => each.id !== message.id) : list.map((each) => (each.id === message.id ? message : each));
  messages.set(message.channel_id, changed);
  if (isShown(message.channel_id)) redraw();
}

function dismiss(message) {
  onChanged(message, true);
}

function setState(told) {
  state = told;
  names = new Map([...state.roles, ...state.users, ...state.channels].map(({ id, name }) => [id, name]));
  composer.setCommands(state.commands);
  if (!channelById(current) && state.channels.length) {
    open(inOrder()[0].id);
    return;
  }
  drawChannels();
  drawHead();
  if (isForum(channelById(current))) redraw();
}

function onSnapshot(event) {
  messages.clear();
  for (const message of event.messages) {
    messages.set(message.channel_id, [...(messages.get(message.channel_id) ?? []), message]);
  }
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

async function follow(path, body, name) {
  const entry = { name, error: null, slow: false };
  const place = current;
  const waitingHere = pending.get(place) ?? new Set();
  pending.set(place, waitingHere.add(entry));
  entry.timer = setTimeout(() => {
    entry.slow = true;
    redraw();
  }, THINKING_MS);
  const answer = await ask(path, body);
  clearTimeout(entry.timer);
  waitingHere.delete(entry);
  if (answer.error) {
    entry.error = answer.error.includes("did not answer") ? "The application did not respond" : answer.error;
    waitingHere.add(entry);
  }
  redraw();
  toBottom();
}

async function press(message, customId, node) {
  node.disabled = true;
  await follow("click", { message_id: message.id, custom_id: customId }, "button");
  node.disabled = false;
}

const composer = new Composer({
  form: byId("composer"),
  field: byId("field"),
  suggestions: byId("suggestions"),
  ask,
  send: (command, options) => follow("slash", { command: command.name, options, channel_id: current }, command.name),
});

function listen() {
  const events = new EventSource("events");
  events.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    HANDLERS[event.kind]?.(event);
  });
  events.addEventListener("error", () => {
    byId("bot-state").textContent = "the rehearsal has ended; trying again…";
    byId("bot-state").className = "";
  });
}

log.addEventListener("scroll", () => {
  if (atBottom()) byId("jump").hidden = true;
});
byId("jump").addEventListener("click", toBottom);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !channelById(current)) return;
  readAll(current);
  drawChannels();
  if (isForum(channelById(current))) redraw();
});
listen();
