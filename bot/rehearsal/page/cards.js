// Messages as members see them.
import { inline, markdown, safeLink } from "./markdown.js";

const LINK_BUTTON = 5;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const GROUPED_MS = 7 * 60 * 1000;

export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export function clock(date) {
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return `Today at ${time}`;
  if (days === 1) return `Yesterday at ${time}`;
  return `${date.toLocaleDateString(undefined, { dateStyle: "medium" })} ${time}`;
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

function button(component, message, press) {
  const label = component.label ?? component.emoji?.name ?? "";
  if (component.style === LINK_BUTTON) {
    return safeLink(component.url, [label, " ↗"], "button link") ?? make("span", "button", label);
  }
  const node = make("button", `button ${STYLES[component.style] ?? "secondary"}`, label);
  node.type = "button";
  node.disabled = Boolean(component.disabled);
  node.addEventListener("click", () => press(message, component.custom_id, node));
  return node;
}

function componentNode(component, message, names, press) {
  const within = () => (component.components ?? []).map((child) => componentNode(child, message, names, press));
  switch (component.type) {
    case 1:
      return make("div", "buttons", ...within());
    case 2:
      return button(component, message, press);
    case 9:
      return make("div", "section", make("div", "", ...within()), componentNode(component.accessory, message, names, press));
    case 10:
      return make("div", "text", ...markdown(component.content, names));
    case 14:
      return make("hr", "");
    case 17: {
      const card = make("article", "embed", ...within());
      const color = component.accent_color ?? null;
      if (color !== null) card.style.setProperty("--bar", `#${color.toString(16).padStart(6, "0")}`);
      return card;
    }
    default:
      return make("span", "note", "[a component that the rehearsal does not draw]");
  }
}

function answerLine(message) {
  const asked = message.interaction_metadata;
  if (!asked) return null;
  const what = asked.name ? make("span", "command", `/${asked.name}`) : "a button";
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

// `before` is the message above: messages of one author in a row share a head.
export function messageNode(message, before, names, { press, dismiss }) {
  const at = new Date(message.timestamp);
  const grouped =
    before && !message.interaction_metadata && !before.interaction_metadata && before.author.id === message.author.id && at - new Date(before.timestamp) < GROUPED_MS;
  const node = make("div", "message");
  node.dataset.id = message.id;
  node.classList.toggle("grouped", Boolean(grouped));
  node.classList.toggle("ephemeral", message.ephemeral);
  node.classList.toggle("pings", Boolean(pinged(message, names)));
  if (grouped) {
    node.append(make("time", "gutter", at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })));
  } else {
    const name = message.author.global_name ?? message.author.username;
    node.append(answerLine(message) ?? "", make("span", "avatar", name[0].toUpperCase()));
    const tag = message.author.bot ? make("span", "app", "APP") : null;
    node.append(make("div", "head", make("span", "author", name), tag, make("time", "", clock(at))));
  }
  const hidden = (message.flags & 4) !== 0;
  const body = make("div", "body");
  if (message.content) body.append(make("div", "text", ...markdown(message.content, names)));
  if (!hidden) body.append(...message.shown_embeds.map((embed) => embedCard(embed, names)));
  body.append(...message.components.map((component) => componentNode(component, message, names, press)));
  body.append(flags(message) ?? "", pinged(message, names) ?? "");
  if (message.ephemeral) {
    const away = make("button", "as-link", "Dismiss message");
    away.type = "button";
    away.addEventListener("click", () => dismiss(message));
    body.append(make("div", "note only-you", "Only you can see this · ", away));
  }
  node.append(body);
  return node;
}
