// What can be typed behind a slash: commands and their subcommands, with names in the person's language.
import { localized } from "./language.js";

const SUBCOMMAND = 1;
const GROUP = 2;

// Each with `key`, by which the rehearsal knows it, and `shown`, as it is called in the person's language.
export function typedCommands(commands) {
  return commands.flatMap((command) => unfolded(command, [], [])).sort((one, other) => one.shown.localeCompare(other.shown));
}

function unfolded(thing, keys, names) {
  const beneath = (thing.options ?? []).filter(({ type }) => type === SUBCOMMAND || type === GROUP);
  const [key, shown] = [[...keys, thing.name], [...names, localized(thing, "name")]];
  if (beneath.length) return beneath.flatMap((each) => unfolded(each, key, shown));
  return [{ key: key.join(" "), shown: shown.join(" "), description: localized(thing, "description"), options: thing.options ?? [] }];
}

// Without case and accents: "etiquette" finds "étiquette".
export function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// The command whose whole name stands at the beginning of what was typed, and what was typed behind it.
export function named(commands, typed) {
  const lower = `${folded(typed)} `;
  for (const command of commands) {
    const name = [command.shown, command.key].find((each) => lower.startsWith(`${folded(each)} `));
    if (name !== undefined) return { command, behind: typed.slice(name.length + 1).trim(), isEnded: typed.length > name.length };
  }
  return null;
}

export function begunWith(commands, typed) {
  const lower = folded(typed);
  return commands.filter(({ shown, key }) => [shown, key].some((name) => folded(name).startsWith(lower)));
}
