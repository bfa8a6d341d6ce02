// Who looks at the page and asks the bot: a person of the rehearsal, in a language, with direct messages or without.
import { LANGUAGES, speak } from "./language.js";

const PERSON = "rehearsal.person";
const LANGUAGE = "rehearsal.language";

function shown(person) {
  const name = person.name[0].toUpperCase() + person.name.slice(1);
  return person.manages ? `${name} (manages the server)` : name;
}

function option(value, label) {
  const node = document.createElement("option");
  node.value = value;
  node.textContent = label;
  return node;
}

export class Me {
  // `changed` is called when somebody else looks, or in another language; `put(path, body)` changes the rehearsal.
  constructor({ face, name, people, languages, direct, changed, put }) {
    Object.assign(this, { face, name, people, languages, direct, changed });
    this.wanted = localStorage.getItem(PERSON) ?? "visitor";
    this.language = localStorage.getItem(LANGUAGE) in LANGUAGES ? localStorage.getItem(LANGUAGE) : "en-US";
    this.person = null;
    speak(this.language);
    document.documentElement.lang = this.language;
    languages.replaceChildren(...Object.entries(LANGUAGES).map(([code, label]) => option(code, label)));
    languages.value = this.language;
    people.addEventListener("change", () => this.be(people.value));
    languages.addEventListener("change", () => this.say(languages.value));
    direct.addEventListener("change", () => put(`people/${encodeURIComponent(this.person.name)}`, { direct_messages: direct.checked }));
  }

  be(name) {
    this.wanted = name;
    localStorage.setItem(PERSON, name);
    this.setPeople(this.all);
    this.changed();
  }

  say(code) {
    this.language = code;
    localStorage.setItem(LANGUAGE, code);
    speak(code);
    document.documentElement.lang = code;
    this.draw();
    this.changed();
  }

  setPeople(all) {
    this.all = all;
    this.person = all.find(({ name }) => name === this.wanted) ?? all.find(({ name }) => name === "visitor") ?? all[0] ?? null;
    if (this.person) this.draw();
  }

  draw() {
    const names = this.all.map(({ name }) => name).join();
    if (this.people.dataset.names !== names) {
      const inOrder = [...this.all].sort((one, other) => Number(one.manages) - Number(other.manages));
      this.people.replaceChildren(...inOrder.map((person) => option(person.name, shown(person))));
      this.people.dataset.names = names;
    }
    this.people.value = this.person.name;
    this.direct.checked = this.person.takes_direct_messages;
    this.face.textContent = this.person.name[0].toUpperCase();
    this.name.replaceChildren(this.person.name[0].toUpperCase() + this.person.name.slice(1));
    this.name.dataset.language = LANGUAGES[this.language];
  }

  // Who asks, for the control API.
  who() {
    return { user: this.person.name, locale: this.language };
  }

  get directId() {
    return this.person?.direct_channel?.id ?? null;
  }

  sees(channel) {
    if (!channel.hidden || !this.person) return !channel.hidden;
    return this.person.permissions.includes("administrator") || this.person.roles.some((role) => channel.seen_by.includes(role));
  }

  // Those of `commands` that Discord would offer to this person, in direct messages or in the guild.
  offered(commands, isDirect) {
    const ids = this.person?.offered[isDirect ? "dm" : "guild"] ?? [];
    return commands.filter(({ id }) => ids.includes(id));
  }
}
