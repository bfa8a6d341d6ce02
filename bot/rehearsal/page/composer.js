// The box for slash commands: suggestions of commands, then one field per option, with choices and autocomplete.
import { make } from "./cards.js";
import { begunWith, named, typedCommands } from "./commands.js";
import { TYPE_NAMES, candidates, matching, read } from "./fields.js";
import { localized } from "./language.js";

export class Composer {
  // `ask(path, body)` posts to the control API, for who asks and where; `send(command, options)` runs a command;
  // `there()` gives the users, roles and channels that options can name.
  constructor({ form, field, suggestions, ask, send, there }) {
    Object.assign(this, { form, field, suggestions, ask, send, there });
    this.commands = [];
    this.place = "";
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

  // What this person is offered here, as Discord has it registered; `place` is what is written to.
  setCommands(commands, place) {
    const told = JSON.stringify(commands);
    const isOther = told !== this.told;
    this.told = told;
    this.commands = typedCommands(commands);
    this.place = place;
    if (!this.command) {
      this.input.placeholder = this.invitation();
      if (isOther && document.activeElement === this.input) this.suggestCommands();
    } else if (!this.commands.some(({ key, shown }) => key === this.command.key && shown === this.command.shown)) {
      this.reset();
    }
  }

  invitation() {
    return `Type / for commands${this.place && ` in ${this.place}`}`;
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
    const name = typed.slice(1);
    const whole = named(this.commands, name);
    if (whole?.isEnded) {
      this.choose(whole.command, whole.behind);
      return;
    }
    this.show(
      begunWith(this.commands, name).map((command) => ({
        label: `/${command.shown}`,
        detail: command.description,
        hint: command.options.map((option) => localized(option, "name")).join("  "),
        take: () => this.choose(command),
      })),
      this.commands.length ? "No command begins like that" : "There are no commands for you here (yet)",
    );
  }

  // `typed` is what already stands behind the command's name: it goes into its first option.
  choose(command, typed = "") {
    this.command = command;
    this.hide();
    const name = make("span", "command", `/${command.shown}`);
    const options = command.options.map((option) => this.optionField(option));
    const run = make("button", "button primary run", "Send");
    run.type = "submit";
    this.field.replaceChildren(name, ...options.map((option) => option.box), run);
    this.options = options;
    if (typed && options.length) options[0].input.value = typed;
    (options[0]?.input ?? run).focus();
    if (!options.length) this.show([], command.description);
  }

  optionField(option) {
    const input = make("input", "");
    input.setAttribute("aria-label", localized(option, "name"));
    input.placeholder = option.required ? TYPE_NAMES[option.type] ?? "" : "optional";
    input.size = 11;
    const box = make("label", "option", make("span", "option-name", localized(option, "name")), input);
    box.title = localized(option, "description");
    box.dataset.option = option.name;
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
    const about = localized(option, "description");
    const choices = candidates(option, this.there());
    if (choices) {
      const fitting = entry.value === undefined ? matching(choices, input.value) : choices;
      this.show(this.offers(entry, fitting), choices.length ? "No such choice" : "There is nothing to choose here", about);
    } else if (option.autocomplete) {
      const asked = (this.wanted += 1);
      const body = { command: this.command.key, option: option.name, typed: input.value, options: this.filled(entry) };
      const answer = await this.ask("autocomplete", body);
      if (asked !== this.wanted || document.activeElement !== input) return;
      if (answer.error) this.show([], answer.error);
      else this.show(this.offers(entry, answer), "No suggestion", about);
    } else {
      this.show([], about);
    }
  }

  offers(entry, choices) {
    return choices.map(({ name, value, hint }) => ({
      label: name,
      hint,
      take: () => {
        entry.value = value;
        entry.input.value = name;
        entry.box.classList.remove("wrong");
        entry.input.focus({ preventScroll: true });
        this.hide();
      },
    }));
  }

  // What the option has, as `read` gives it; null where it is empty.
  reading({ option, input, value }) {
    const text = input.value.trim();
    if (text === "") return null;
    return value === undefined ? read(option, text, this.there()) : { value };
  }

  filled(without) {
    const values = {};
    for (const entry of this.options) {
      const found = entry === without ? null : this.reading(entry);
      if (found && !found.wrong) values[entry.option.name] = found.value;
    }
    return values;
  }

  submit() {
    if (!this.command) {
      this.submitName();
      return;
    }
    for (const entry of this.options) {
      const found = this.reading(entry);
      const wrong = found ? found.wrong : entry.option.required && "this is needed";
      if (wrong) {
        entry.input.focus();
        entry.box.classList.add("wrong");
        this.wanted += 1;
        this.show([], `${localized(entry.option, "name")}: ${wrong}`);
        return;
      }
    }
    this.send(this.command, this.filled(null));
    this.reset();
    this.input.focus();
  }

  submitName() {
    const typed = this.input.value.trim();
    const whole = typed.startsWith("/") ? named(this.commands, typed.slice(1)) : null;
    if (whole) this.choose(whole.command, whole.behind);
    else if (typed) this.show([], "Only slash commands work here: type / to see them");
  }

  // `about` stands above the choices; `otherwise` where there are none.
  show(choices, otherwise, about = "") {
    this.choices = choices;
    this.chosen = 0;
    const rows = choices.map((choice, at) => {
      const row = make("div", "suggestion", make("span", "label", choice.label), make("span", "hint", choice.hint), make("span", "detail", choice.detail));
      row.setAttribute("role", "option");
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.chosen = at;
        choice.take();
      });
      return row;
    });
    const note = about && rows.length ? [make("div", "about", about)] : [];
    this.suggestions.replaceChildren(...note, ...(rows.length ? rows : [make("div", "suggestion empty", otherwise)]));
    this.suggestions.hidden = false;
    this.mark();
  }

  hide() {
    this.wanted += 1;
    this.choices = [];
    this.suggestions.hidden = true;
  }

  mark() {
    [...this.suggestions.querySelectorAll(".suggestion")].forEach((row, at) => {
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
