// The box for slash commands: suggestions of commands, then one field per option, with choices and autocomplete.
import { make } from "./cards.js";

const INTEGER = 4;
const BOOLEAN = 5;
const NUMBER = 10;
const TYPE_NAMES = { 3: "text", 4: "number", 5: "true or false", 10: "number" };

export class Composer {
  // `ask(path, body)` posts to the control API; `send(command, options)` runs a command.
  constructor({ form, field, suggestions, ask, send }) {
    Object.assign(this, { form, field, suggestions, ask, send });
    this.commands = [];
    this.channel = null;
    this.command = null;
    this.choices = [];
    this.chosen = 0;
    this.wanted = 0;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener("keydown", (event) => this.onKey(event));
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) this.hide();
    });
    this.reset();
  }

  setCommands(commands) {
    this.commands = commands;
    if (this.command && !commands.some((command) => command.id === this.command.id)) this.reset();
    else if (!this.command && document.activeElement === this.input) this.suggestCommands();
  }

  setChannel(channel) {
    this.channel = channel;
    if (this.input) this.input.placeholder = this.invitation();
  }

  invitation() {
    if (!this.channel) return "Type / for commands";
    return `Type / for commands in ${this.channel.parent_id === null ? "#" : ""}${this.channel.name}`;
  }

  reset() {
    this.command = null;
    this.hide();
    this.input = make("input", "plain");
    this.input.setAttribute("aria-label", "Slash command");
    this.input.placeholder = this.invitation();
    this.input.addEventListener("input", () => this.suggestCommands());
    this.input.addEventListener("focus", () => this.suggestCommands());
    this.field.replaceChildren(this.input);
  }

  suggestCommands() {
    const typed = this.input.value.trimStart();
    if (!typed.startsWith("/")) {
      this.hide();
      return;
    }
    const [begin, ...rest] = typed.slice(1).toLowerCase().split(" ");
    const named = rest.length ? this.commands.find((command) => command.name === begin) : undefined;
    if (named) {
      this.choose(named, typed.slice(typed.indexOf(" ") + 1).trim());
      return;
    }
    const found = this.commands.filter((command) => command.name.startsWith(begin));
    this.show(
      found.map((command) => ({
        label: `/${command.name}`,
        detail: command.description,
        hint: command.options.map((option) => option.name).join("  "),
        take: () => this.choose(command),
      })),
      this.commands.length ? "No command begins like that" : "The bot has registered no commands yet",
    );
  }

  // `typed` is what already stands behind the command's name: it goes into its first option.
  choose(command, typed = "") {
    this.command = command;
    this.hide();
    const name = make("span", "command", `/${command.name}`);
    const options = command.options.map((option) => this.optionField(option));
    const run = make("button", "button primary run", "Send");
    run.type = "submit";
    this.field.replaceChildren(name, ...options.map((option) => option.box), run);
    this.options = options;
    if (typed && options.length) options[0].input.value = typed;
    (options[0]?.input ?? run).focus();
  }

  optionField(option) {
    const input = make("input", "");
    input.setAttribute("aria-label", option.name);
    input.placeholder = option.required ? TYPE_NAMES[option.type] ?? "" : "optional";
    input.size = 14;
    const box = make("label", "option", make("span", "option-name", option.name), input);
    box.title = option.description;
    box.classList.toggle("required", Boolean(option.required));
    const entry = { option, input, box, value: undefined };
    input.addEventListener("input", () => {
      entry.value = undefined;
      box.classList.remove("wrong");
      this.suggestValues(entry);
    });
    input.addEventListener("focus", () => this.suggestValues(entry));
    return entry;
  }

  async suggestValues(entry) {
    const { option, input } = entry;
    const asked = (this.wanted += 1);
    const take = (choice) => () => {
      entry.value = choice.value;
      input.value = choice.name;
      this.hide();
      input.focus({ preventScroll: true });
      this.hide();
    };
    const shown = (choices) => choices.map((choice) => ({ label: choice.name, take: take(choice) }));
    const typed = input.value.toLowerCase();
    if (option.autocomplete) {
      const body = { command: this.command.name, option: option.name, typed: input.value, options: this.filled(entry) };
      const answer = await this.ask("autocomplete", { ...body, channel_id: this.channel.id });
      if (asked !== this.wanted || document.activeElement !== input) return;
      if (answer.error) this.show([], answer.error);
      else this.show(shown(answer), "No suggestion");
      return;
    }
    const fixed = option.type === BOOLEAN ? [{ name: "True", value: true }, { name: "False", value: false }] : option.choices ?? [];
    const found = fixed.filter((choice) => choice.name.toLowerCase().includes(typed));
    if (fixed.length) this.show(shown(found), "No such choice");
    else this.show([], option.description);
  }

  filled(without) {
    const values = {};
    for (const entry of this.options) {
      if (entry === without || entry.input.value.trim() === "") continue;
      const value = this.valueOf(entry);
      if (value !== undefined) values[entry.option.name] = value;
    }
    return values;
  }

  valueOf({ option, input, value }) {
    const text = input.value.trim();
    if (value !== undefined) return value;
    const choice = option.choices?.find((each) => each.name.toLowerCase() === text.toLowerCase());
    if (choice) return choice.value;
    if (option.type === BOOLEAN) return { true: true, false: false }[text.toLowerCase()];
    if (option.type === INTEGER) return /^-?\d+$/.test(text) ? Number(text) : undefined;
    if (option.type === NUMBER) return text && Number.isFinite(Number(text)) ? Number(text) : undefined;
    return text;
  }

  submit() {
    if (!this.command) {
      const typed = this.input.value.trim().replace(/^\//, "");
      const command = this.commands.find((each) => each.name === typed);
      if (command) this.choose(command);
      else if (typed) this.show([], "Only slash commands work here: type / to see them");
      return;
    }
    const wrong = this.options.find((entry) => {
      const empty = entry.input.value.trim() === "";
      return empty ? entry.option.required : this.valueOf(entry) === undefined;
    });
    if (wrong) {
      wrong.box.classList.add("wrong");
      wrong.input.focus();
      return;
    }
    this.send(this.command, this.filled(null));
    this.reset();
    this.input.focus();
  }

  show(choices, otherwise) {
    this.choices = choices;
    this.chosen = 0;
    const rows = choices.map((choice, at) => {
      const row = make("div", "suggestion", make("span", "label", choice.label), make("span", "hint", choice.hint ?? ""), make("span", "detail", choice.detail ?? ""));
      row.setAttribute("role", "option");
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.chosen = at;
        choice.take();
      });
      return row;
    });
    this.suggestions.replaceChildren(...(rows.length ? rows : [make("div", "suggestion empty", otherwise)]));
    this.suggestions.hidden = false;
    this.mark();
  }

  hide() {
    this.wanted += 1;
    this.choices = [];
    this.suggestions.hidden = true;
  }

  mark() {
    [...this.suggestions.children].forEach((row, at) => {
      const is = at === this.chosen && this.choices.length > 0;
      row.setAttribute("aria-selected", String(is));
      if (is) row.scrollIntoView({ block: "nearest" });
    });
  }

  onKey(event) {
    const open = !this.suggestions.hidden && this.choices.length > 0;
    if (event.key === "Escape") {
      if (this.suggestions.hidden) this.reset();
      else this.hide();
      this.input.focus();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : this.choices.length - 1;
      this.chosen = (this.chosen + step) % this.choices.length;
      this.mark();
    } else if (open && (event.key === "Tab" || event.key === "Enter") && this.takes(event)) {
      event.preventDefault();
      this.choices[this.chosen].take();
    } else if (event.key === "Backspace" && this.command && event.target.value === "" && this.options?.[0]?.input === event.target) {
      this.reset();
      this.input.focus();
    }
  }

  // Enter in an option that may be left empty, or that already has a value, sends instead of choosing.
  takes(event) {
    if (!this.command || event.key === "Tab") return this.command === null || event.target.value !== "";
    const entry = this.options.find(({ input }) => input === event.target);
    return entry !== undefined && entry.value === undefined && (entry.input.value !== "" || entry.option.required);
  }
}
