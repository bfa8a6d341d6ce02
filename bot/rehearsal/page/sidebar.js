// What stands beside the messages and above them: the channels, the channel that is open, and the bot.
import { make } from "./cards.js";
import { threadNote } from "./forum.js";
import { DIRECT, isForum } from "./store.js";

const ICONS = {
  text: "M5 9h14M5 15h14M10 4 8 20M16 4l-2 16",
  announcement: "M4 10v4l3 .5L9 20h3l-1.5-5L19 18V5L8 9.5H4Z",
  forum: "M4 5h16v10H11l-4 4v-4H4Z",
  media: "M4 5h16v14H4ZM4 16l5-5 4 4 3-3 4 4",
  voice: "M5 9v6h4l5 4V5L9 9ZM17 9a4 4 0 0 1 0 6",
  thread: "M6 4v9a3 3 0 0 0 3 3h9M15 12l4 4-4 4",
  dm: "M4 6h16v12H4ZM4 7l8 6 8-6",
};
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

function icon(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[kind] ?? ICONS.text);
  svg.append(path);
  return svg;
}

function channelRow(channel, store, open) {
  const count = store.unreadOf(channel);
  const badge = count ? make("span", "badge", String(count)) : null;
  const name = channel.id === DIRECT ? "Direct messages" : channel.name;
  const row = make("button", "channel", icon(channel.kind), make("span", "name", name), badge);
  row.type = "button";
  row.setAttribute("aria-label", count ? `${name}, ${count} new` : name);
  row.dataset.channel = channel.id;
  row.classList.toggle("unread", count > 0);
  row.classList.toggle("thread", channel.kind === "thread");
  row.setAttribute("aria-current", String(channel.id === store.current));
  row.addEventListener("click", () => open(channel.id));
  return make("li", "", row);
}

export function drawChannels(store, open) {
  const focused = document.activeElement?.dataset?.channel;
  const rows = [store.direct, ...store.inOrder()].map((channel) => channelRow(channel, store, open));
  byId("channels").replaceChildren(...rows);
  if (focused) byId("channels").querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  const total = store.unreadInAll();
  document.title = `${total ? `(${total}) ` : ""}${store.state.guild ?? "Rehearsal"}`;
}

function channelNote(channel, store) {
  if (channel.id === DIRECT) return channel.denied.length ? "direct messages, which you have closed" : "direct messages";
  const forum = store.channel(channel.parent_id);
  const place = isForum(forum) ? threadNote(channel, forum) : "";
  const denied = channel.denied.length ? `the bot may not: ${channel.denied.join(", ").replaceAll("_", " ")}` : "";
  return [place, channel.hidden ? "hidden from others" : "", denied].filter(Boolean).join(" · ");
}

export function drawHead(store) {
  const { state } = store;
  const channel = store.channel(store.current);
  if (!channel) return;
  byId("channel-icon").replaceChildren(icon(channel.kind));
  byId("channel-name").textContent = channel.name;
  byId("channel-note").textContent = channelNote(channel, store);
  byId("guild").textContent = state.guild;
  byId("bot-name").textContent = state.bot.name;
  sayBot(state.bot.connected ? "online" : "offline", state.bot.connected);
}

export function sayBot(text, isOnline) {
  byId("bot-state").textContent = text;
  byId("bot-state").className = isOnline ? "online" : "";
}
