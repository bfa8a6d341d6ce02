// Discord's Markdown as DOM nodes: text only ever goes in as text, links only where they lead to http or https.
import { locale } from "./language.js";

const ESCAPABLE = /[\\`*_{}[\]()#+\-.!~|>@<:]/;
const LATEST_SECONDS = 8.64e12; // that a date can be from 1970
const JUMP = /^https:\/\/discord\.com\/channels\/(?:@me|\d+)\/(\d+)(?:\/(\d+))?$/;
const SPANS = [
  { open: "***", tag: ["strong", "em"] },
  { open: "**", tag: ["strong"] },
  { open: "__", tag: ["u"] },
  { open: "~~", tag: ["s"] },
  { open: "||", tag: ["span"], className: "spoiler" },
  { open: "*", tag: ["em"] },
  { open: "_", tag: ["em"] },
];

function element(tag, className, children = []) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function safeLink(url, children, className) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") return null;
  const link = element("a", className, children);
  link.href = parsed.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  const [, channel, message] = JUMP.exec(parsed.href) ?? [];
  if (channel) link.dataset.channelLink = channel;
  if (message) link.dataset.messageLink = message;
  return link;
}

// Where a span that starts with `mark` at `from` ends; -1 if it does not.
function closing(text, mark, from) {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") {
      at += 1;
    } else if (text.startsWith(mark, at) && at > from) {
      const next = text[at + mark.length];
      if (mark === "*" && next === "*") {
        at += 1;
      } else if (mark === "_" && next && /\w/.test(next)) {
        continue;
      } else {
        return at;
      }
    }
  }
  return -1;
}

const MOMENTS = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function written(seconds, style) {
  return new Intl.DateTimeFormat(locale(), MOMENTS[style]).format(new Date(seconds * 1000));
}

function relative(seconds) {
  const from = seconds - Date.now() / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(from) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(from / size), unit);
}

function moment(seconds, style) {
  if (Math.abs(seconds) > LATEST_SECONDS) return null;
  const node = element("time", "moment", [style === "R" ? relative(seconds) : written(seconds, style)]);
  node.title = written(seconds, "F");
  if (style === "R") node.dataset.seconds = seconds;
  return node;
}

// Let what is told as "5 minutes ago" stay true.
export function renewMoments(within) {
  for (const node of within.querySelectorAll(".moment[data-seconds]")) node.textContent = relative(Number(node.dataset.seconds));
}

// What stands between < and >, or null.
function bracketed(text, names) {
  const match = /^<(@&|@!?|#|t:|https?:\/\/)([^>\s]*)>/.exec(text);
  if (!match) return null;
  const [whole, kind, rest] = match;
  if (kind.startsWith("http")) {
    const link = addressLink(kind + rest, names);
    return link && [link, whole.length];
  }
  if (kind === "t:") {
    const [, seconds, , style] = /^(-?\d+)(:([tTdDfFR]))?$/.exec(rest) ?? [];
    if (seconds === undefined) return null;
    const node = moment(Number(seconds), style ?? "f");
    return node && [node, whole.length];
  }
  if (!/^\d+$/.test(rest)) return null;
  if (kind !== "#" || !names.has(rest)) {
    const name = names.get(rest) ?? (kind === "#" ? "no access" : "unknown");
    return [element("span", "mention", [(kind === "#" ? "#" : "@") + name]), whole.length];
  }
  const link = element("a", "mention", [`#${names.get(rest)}`]);
  link.href = "#";
  link.dataset.channelLink = rest;
  return [link, whole.length];
}

function masked(text, context) {
  const match = /^\[((?:\\.|[^[\]\\])+)\]\(<?(https?:\/\/[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\)/.exec(text);
  if (!match) return null;
  const link = safeLink(match[2], inline(match[1], { ...context, links: false }));
  return link && [link, match[0].length];
}

function bare(text, names) {
  const match = /^https?:\/\/[^\s<>]*[^\s<>.,:;"')\]]/.exec(text);
  const link = match && addressLink(match[0], names);
  return link && [link, match[0].length];
}

// An address that is its own label; one of a channel here is called as the channel is.
function addressLink(url, names) {
  const link = safeLink(url, [url]);
  const name = names.get(link?.dataset.channelLink);
  if (name === undefined) return link;
  const sign = url.includes("/@me/") ? "@" : "#";
  link.textContent = `${sign}${name}${link.dataset.messageLink ? " › message" : ""}`;
  link.className = "mention";
  return link;
}

function code(text) {
  const match = /^(`+)([^]*?[^`])\1(?!`)/.exec(text);
  return match && [element("code", "", [match[2]]), match[0].length];
}

function span(text, at, context) {
  for (const { open, tag, className } of SPANS) {
    if (!text.startsWith(open, at)) continue;
    if (open === "_" && at > 0 && /\w/.test(text[at - 1])) continue;
    const end = closing(text, open, at + open.length);
    if (end < 0) continue;
    let children = inline(text.slice(at + open.length, end), context);
    for (const name of [...tag].reverse()) children = [element(name, className, children)];
    return [children[0], end + open.length - at];
  }
  return null;
}

function special(text, at, context) {
  const rest = text.slice(at);
  const sign = text[at];
  if (sign === "`") return code(rest);
  if (sign === "<" && context.links) return bracketed(rest, context.names);
  if (sign === "[" && context.links) return masked(rest, context);
  if (sign === "h" && context.links && !/\w/.test(text[at - 1] ?? "")) return bare(rest, context.names);
  if (sign === "@" && context.links) {
    const match = /^@(everyone|here)/.exec(rest);
    return match && [element("span", "mention", [match[0]]), match[0].length];
  }
  return span(text, at, context);
}

// One line, or a part of one. `context.links` is false where Discord renders no links: in titles and in labels.
export function inline(text, context) {
  const nodes = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    if (text[at] === "\\" && ESCAPABLE.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    const found = "`<[h@*_~|".includes(text[at]) ? special(text, at, context) : null;
    if (found) {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(found[0]);
      at += found[1];
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(plain);
  return nodes;
}

function line(text, context) {
  const heading = /^(#{1,3})\s+(.+)/.exec(text);
  if (heading) return element(`h${heading[1].length + 1}`, "", inline(heading[2], context));
  const small = /^-#\s+(.+)/.exec(text);
  if (small) return element("small", "", inline(small[1], context));
  const quote = /^>\s(.*)/.exec(text);
  if (quote) return element("blockquote", "", inline(quote[1], context));
  const item = /^(\s*)(?:[-*]|(\d+\.))\s+(.+)/.exec(text);
  if (item) {
    const bullet = element("span", "bullet", [item[2] ?? (item[1] ? "◦" : "•")]);
    return element("div", item[1] ? "item deep" : "item", [bullet, element("span", "", inline(item[3], context))]);
  }
  return element("div", "line", inline(text, context));
}

// A whole text: code blocks, and lines.
export function markdown(text, names) {
  const context = { links: true, names };
  const nodes = [];
  text.split(/```(?:[\w+-]*\n)?([^]*?)```/).forEach((part, at) => {
    if (at % 2) {
      nodes.push(element("pre", "", [element("code", "", [part.replace(/\n$/, "")])]));
    } else if (part) {
      nodes.push(...part.replace(/^\n|\n$/g, "").split("\n").map((each) => line(each, context)));
    }
  });
  return nodes;
}
