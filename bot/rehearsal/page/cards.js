// Messages as members see them.
import { locale } from "./language.js";
import { inline, markdown, safeLink } from "./markdown.js";

const LINK_BUTTON = 5;
const MESSAGE_COMMAND = 3;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const DAYS = { "en-US": ["Today at", "Yesterday at"], fr: ["Aujourd’hui à", "Hier à"] };
const GROUPED_MS = 7 * 60 * 1000;

export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function timeOfDay(date) {
  return date.toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

export function clock(date) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  const day = DAYS[locale()]?.[days] ?? date.toLocaleDateString(locale(), { dateStyle: "medium" });
  return `${day} ${timeOfDay(date)}`;
}

function embedCard(embed, names) {
  const card = make("article", "embed");
  const color = embed.color ?? null;
  if (color !== null) card.style.setProperty("--bar", `#${color.toString(16).padStart(6, "0")}`);
  if (embed.author) {
    card.append(make("div", "embed-author", (embed.author.url && safeLink(embed.author.url, [embed.author.name])) || embed.author.name));
  }
  if (embed.title) {
    const title = inline(embed.title, { links: false, names });
    card.append(make("div", "embed-title", ...((embed.url && [safeLink(embed.url, title)]) || title)));
  }
  if (embed.description) card.append(make("div", "embed-text", ...markdown(embed.description, names)));
  if (embed.fields?.length) {
    const fields = embed.fields.map((field) =>
      make(
        "div",
        field.inline ? "embed-field inline" : "embed-field",
        make("div", "embed-name", ...inline(field.name, { links: false, names })),
        make("div", "embed-text", ...markdown(field.value, names)),
      ),
    );
    card.append(make("div", "embed-fields", ...fields));
  }
  const foot = [embed.footer?.text, embed.timestamp && clock(new Date(embed.timestamp))].filter(Boolean);
  if (foot.length) card.append(make("div", "embed-footer", foot.join(" • ")));
  return card;
}

function button(component, message, actions) {
  const label = component.label ?? component.emoji?.name ?? "";
  if (component.style === LINK_BUTTON) {
    return safeLink(component.url, [label, " ↗"], "button link") ?? make("span", "button", label);
  }
  const node = make("button", `button ${STYLES[component.style] ?? "secondary"}`, label);
  node.type = "button";
  node.disabled = Boolean(component.disabled);
  node.classList.toggle("busy", actions.pressed(message)?.customId === component.custom_id);
  node.addEventListener("click", () => actions.press(message, component.custom_id));
  return node;
}

// One value at a time can be chosen.
function select(component, message, actions) {
  const node = make("select", "select", ...component.options.map((each) => new Option(each.label, each.value, false, each.default === true)));
  node.setAttribute("aria-label", component.placeholder ?? "Choose");
  node.disabled = Boolean(component.disabled || actions.pressed(message)?.customId);
  if (!component.options.some((each) => each.default)) {
    const none = new Option(component.placeholder ?? "Choose…", "", true, true);
    none.disabled = true;
    node.prepend(none);
  }
  node.addEventListener("change", () => actions.choose(message, component.custom_id, [node.value]));
  return node;
}

function container(component, within) {
  const card = make("article", "embed", ...within);
  const color = component.accent_color ?? null;
  if (color !== null) card.style.setProperty("--bar", `#${color.toString(16).padStart(6, "0")}`);
  return card;
}

function componentNode(component, message, names, actions) {
  const within = () => (component.components ?? []).map((child) => componentNode(child, message, names, actions));
  switch (component.type) {
    case 1:
      return make("div", "buttons", ...within());
    case 2:
      return button(component, message, actions);
    case 3:
      return select(component, message, actions);
    case 9:
      return make("div", "section", make("div", "", ...within()), componentNode(component.accessory, message, names, actions));
    case 10:
      return make("div", "text", ...markdown(component.content, names));
    case 14:
      return make("hr", "");
    case 17:
      return container(component, within());
    default:
      return make("span", "note", "[a component that the rehearsal does not draw]");
  }
}

function answerLine(message) {
  const asked = message.interaction_metadata;
  if (!asked) return null;
  const sign = asked.command_type === MESSAGE_COMMAND ? "" : "/";
  const what = asked.name ? make("span", "command", `${sign}${asked.name}`) : "a button";
  return make("div", "answer-line", make("strong", "", asked.user.global_name ?? asked.user.username), " used ", what);
}

function flags(message) {
  const notes = [];
  if (message.edited_timestamp) notes.push("(edited)");
  if (message.flags & 1) notes.push("published to followers");
  return notes.length ? make("span", "note", notes.join(" · ")) : null;
}

function pinged(message, names) {
  const { everyone, roles, users } = message.pings;
  const whom = [...(everyone ? ["everyone"] : []), ...[...roles, ...users].map((id) => names.get(id) ?? id)];
  return whom.length ? make("div", "note pinged", `notified: ${whom.map((name) => `@${name}`).join(", ")}`) : null;
}

// What only the person who asked sees, and can put away.
export function privateNote(putAway) {
  const away = make("button", "as-link", "Dismiss message");
  away.type = "button";
  away.addEventListener("click", putAway);
  return make("div", "note only-you", "Only you can see this · ", away);
}

function menuButton(message, open) {
  const node = make("button", "more", "⋯");
  node.type = "button";
  node.setAttribute("aria-label", "What can be done with this message");
  node.setAttribute("aria-haspopup", "menu");
  node.addEventListener("click", () => open(node, message));
  return node;
}

function headNodes(message, at) {
  const name = message.author.global_name ?? message.author.username;
  const tag = message.author.bot ? make("span", "app", "APP") : null;
  return [
    answerLine(message) ?? "",
    make("span", "avatar", name[0].toUpperCase()),
    make("div", "head", make("span", "author", name), tag, make("time", "", clock(at))),
  ];
}

function bodyNode(message, names, actions) {
  const hidden = (message.flags & 4) !== 0;
  const body = make("div", "body");
  if (message.content) body.append(make("div", "text", ...markdown(message.content, names)));
  if (!hidden) body.append(...message.shown_embeds.map((embed) => embedCard(embed, names)));
  body.append(...message.components.map((component) => componentNode(component, message, names, actions)));
  const error = actions.pressed(message)?.error;
  if (error) body.append(make("div", "text error", error));
  body.append(flags(message) ?? "", pinged(message, names) ?? "");
  if (message.ephemeral) body.append(privateNote(() => actions.dismiss(message)));
  return body;
}

// `before` is the message above: messages of one author in a row share a head. `actions` are `press`, `choose`,
// `dismiss` and `menu` (null without message commands), and `pressed`, which tells what became of a press.
export function messageNode(message, before, names, actions) {
  const at = new Date(message.timestamp);
  const grouped =
    before && !message.interaction_metadata && !before.interaction_metadata && before.author.id === message.author.id && at - new Date(before.timestamp) < GROUPED_MS;
  const node = make("div", "message");
  node.dataset.id = message.id;
  node.classList.toggle("grouped", Boolean(grouped));
  node.classList.toggle("ephemeral", message.ephemeral);
  node.classList.toggle("pings", Boolean(pinged(message, names)));
  node.append(...(grouped ? [make("time", "gutter", timeOfDay(at))] : headNodes(message, at)));
  node.append(bodyNode(message, names, actions));
  if (actions.menu && !message.ephemeral) node.append(menuButton(message, actions.menu));
  return node;
}
