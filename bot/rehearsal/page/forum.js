// A forum as members see it: its posts, newest first, each with its tags.
import { clock, make } from "./cards.js";

const SNIPPET = 160; // characters of the first message
const EPOCH_MS = 1420070400000n; // of snowflakes: the first millisecond of 2015

function startedAt(thread) {
  return new Date(Number((BigInt(thread.id) >> 22n) + EPOCH_MS));
}

function marks(thread) {
  return [thread.archived && "archived", thread.locked && "locked"].filter(Boolean);
}

function snippet(first) {
  if (!first) return "The first message was deleted.";
  const [embed] = first.shown_embeds;
  const text = first.content || embed?.description || embed?.title || "";
  return text.length > SNIPPET ? `${text.slice(0, SNIPPET).replace(/[\s.,;:]+$/, "")}…` : text;
}

export function tagNames(thread, forum) {
  const known = new Map(forum.available_tags.map((tag) => [tag.id, tag.name]));
  return thread.applied_tags.map((id) => known.get(id) ?? "a tag that is gone");
}

export function threadNote(thread, forum) {
  return [`a post in #${forum.name}`, ...tagNames(thread, forum).map((name) => `[${name}]`), ...marks(thread)].join(" · ");
}

export function threadsOf(forum, channels) {
  const own = channels.filter((channel) => channel.parent_id === forum.id);
  return own.sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? 1 : -1));
}

function postNode(thread, forum, said, isNew, open) {
  const tags = tagNames(thread, forum).map((name) => make("span", "tag", name));
  const first = said.find((message) => message.id === thread.id);
  const others = said.filter((message) => message.id !== thread.id).length;
  const facts = [clock(startedAt(thread)), others ? `${others} more ${others === 1 ? "message" : "messages"}` : "", ...marks(thread)];
  const edited = first?.edited_timestamp ? "(edited)" : "";
  const node = make(
    "button",
    "post",
    tags.length ? make("span", "tags", ...tags) : null,
    make("span", "post-title", thread.name, isNew ? make("span", "badge", "new") : null),
    make("span", "post-text", snippet(first)),
    make("span", "note", [...facts, edited].filter(Boolean).join(" · ")),
  );
  node.type = "button";
  node.dataset.thread = thread.id;
  node.addEventListener("click", () => open(thread.id));
  return node;
}

export function postNodes(forum, channels, messages, unread, open) {
  return threadsOf(forum, channels).map((thread) => postNode(thread, forum, messages.get(thread.id) ?? [], unread.has(thread.id), open));
}
