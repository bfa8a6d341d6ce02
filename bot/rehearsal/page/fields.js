// The values of options: what there is to choose from, and what was typed as the rehearsal takes it.
import { folded } from "./commands.js";
import { localized } from "./language.js";

const STRING = 3;
const INTEGER = 4;
const BOOLEAN = 5;
const USER = 6;
const CHANNEL = 7;
const ROLE = 8;
const MENTIONABLE = 9;
const NUMBER = 10;
const CHANNEL_TYPES = { text: [0], voice: [2], announcement: [5], thread: [10, 11, 12], forum: [15], media: [16] };
const SIGNS = /^[@#]/;

export const TYPE_NAMES = {
  [STRING]: "text",
  [INTEGER]: "number",
  [BOOLEAN]: "true or false",
  [USER]: "@person",
  [CHANNEL]: "#channel",
  [ROLE]: "@role",
  [MENTIONABLE]: "@person or role",
  [NUMBER]: "number",
};

// All that can be chosen, or null where anything can be typed. `there` has the users, roles and channels of the place.
export function candidates(option, there) {
  const users = () => there.users.map(({ id, name }) => ({ name: `@${name}`, value: id }));
  const roles = () => there.roles.map(({ id, name }) => ({ name: `@${name}`, value: id, hint: "role" }));
  switch (option.type) {
    case BOOLEAN:
      return [{ name: "True", value: true }, { name: "False", value: false }];
    case USER:
      return users();
    case ROLE:
      return roles();
    case MENTIONABLE:
      return [...users(), ...roles()];
    case CHANNEL:
      return there.channels.filter((channel) => takes(option, channel)).map(({ id, name, kind }) => ({ name: `#${name}`, value: id, hint: kind }));
    default:
      return option.choices?.length ? option.choices.map((choice) => ({ name: localized(choice, "name"), value: choice.value })) : null;
  }
}

function takes(option, { kind }) {
  return !option.channel_types?.length || (CHANNEL_TYPES[kind] ?? []).some((type) => option.channel_types.includes(type));
}

export function matching(choices, typed) {
  const wanted = folded(typed.trim()).replace(SIGNS, "");
  return choices.filter(({ name }) => folded(name).includes(wanted));
}

// `{ value }`, or `{ wrong }` with what is wrong with the text.
export function read(option, text, there) {
  const choices = candidates(option, there);
  if (choices) {
    const same = (name) => name.toLowerCase().replace(SIGNS, "") === text.toLowerCase().replace(SIGNS, "");
    const found = choices.find(({ name }) => same(name));
    return found ? { value: found.value } : { wrong: "choose one from the list" };
  }
  if (option.type === INTEGER || option.type === NUMBER) return readNumber(option, text);
  return { value: text, wrong: outside(text.length, option.min_length, option.max_length, "characters") };
}

function readNumber(option, text) {
  const isRight = option.type === INTEGER ? /^-?\d+$/.test(text) : Number.isFinite(Number(text));
  if (!isRight) return { wrong: option.type === INTEGER ? "a whole number" : "a number" };
  return { value: Number(text), wrong: outside(Number(text), option.min_value, option.max_value, "") };
}

function outside(size, least, most, unit) {
  if (size < (least ?? -Infinity)) return `at least ${least} ${unit}`.trim();
  if (size > (most ?? Infinity)) return `at most ${most} ${unit}`.trim();
  return undefined;
}
