// The language of the person who asks: of times, and of the names of commands.
export const LANGUAGES = { "en-US": "English", fr: "Français" };

let spoken = "en-US";

export function locale() {
  return spoken;
}

export function speak(code) {
  spoken = code;
}

// The "name" or "description" of a command, an option or a choice.
export function localized(thing, field) {
  return thing[`${field}_localizations`]?.[spoken] ?? thing[field];
}
