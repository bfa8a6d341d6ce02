// What the stream of events has told: channels, people, messages; and what of it is new to who looks.
export const DIRECT = "direct"; // stands for the person's direct messages with the bot, which may have no channel yet
const KEPT = 200; // messages of a channel

export function isForum(channel) {
  return channel?.kind === "forum" || channel?.kind === "media";
}

export class Store {
  // `me` is who looks and asks.
  constructor(me) {
    this.me = me;
    this.state = { channels: [], roles: [], users: [], people: [], commands: [], message_commands: [], bot: { name: "", connected: false } };
    this.names = new Map();
    this.current = null;
    this.messages = new Map();
    this.unread = new Map();
    this.divider = new Map();
    this.fresh = new Set(); // threads of the open forum that were not there when it was last looked at
  }

  // Note what roles, people and channels are called, as far as this person sees them.
  learnNames() {
    const { roles, users, bot } = this.state;
    this.names = new Map([...roles, ...users, ...this.channels, { id: this.me.directId, name: bot.name }].map(({ id, name }) => [id, name]));
  }

  setMessages(messages) {
    this.messages.clear();
    for (const message of messages) this.add(message);
  }

  add(message) {
    this.messages.set(message.channel_id, [...(this.messages.get(message.channel_id) ?? []), message].slice(-KEPT));
  }

  change(message) {
    const list = this.messages.get(message.channel_id) ?? [];
    this.messages.set(message.channel_id, list.map((each) => (each.id === message.id ? message : each)));
  }

  remove(message) {
    const list = this.messages.get(message.channel_id) ?? [];
    this.messages.set(message.channel_id, list.filter((each) => each.id !== message.id));
  }

  // Channels

  get direct() {
    const taken = this.me.person?.takes_direct_messages === false;
    return { id: DIRECT, kind: "dm", name: this.state.bot.name, parent_id: null, denied: taken ? ["send_messages"] : [] };
  }

  // The channels and threads of the guild that this person sees.
  get channels() {
    return this.state.channels.filter((channel) => this.me.sees(this.raw(channel.parent_id) ?? channel));
  }

  raw(id) {
    return this.state.channels.find((channel) => channel.id === id);
  }

  channel(id) {
    return id === DIRECT ? this.direct : this.channels.find((channel) => channel.id === id);
  }

  // Where on the page a message stands.
  placeOf(message) {
    return message.channel_id === this.me.directId ? DIRECT : message.channel_id;
  }

  keyOf(place) {
    return place === DIRECT ? this.me.directId : place;
  }

  childrenOf(channel) {
    return this.channels.filter((thread) => thread.parent_id === channel.id);
  }

  // Threads stand below their channel; of a forum's, which may be hundreds, only the one that is open.
  inOrder() {
    const top = this.channels.filter((channel) => channel.parent_id === null);
    return top.flatMap((channel) => [
      channel,
      ...this.childrenOf(channel).filter((thread) => !isForum(channel) || thread.id === this.current),
    ]);
  }

  // Messages

  sees(message) {
    return !message.ephemeral || message.interaction_metadata?.user.id === this.me.person?.id;
  }

  said(place) {
    return (this.messages.get(this.keyOf(place)) ?? []).filter((message) => this.sees(message));
  }

  find(id) {
    return this.said(this.current).find((message) => message.id === id);
  }

  isShown(place) {
    const parent = this.channel(place)?.parent_id ?? null;
    return place === this.current || (parent !== null && parent === this.current && isForum(this.channel(parent)));
  }

  // What is new

  note(message) {
    const key = message.channel_id;
    this.unread.set(key, (this.unread.get(key) ?? 0) + 1);
    if (!this.divider.has(key)) this.divider.set(key, message.id);
  }

  unreadOf(channel) {
    const aside = isForum(channel) ? this.childrenOf(channel).filter((thread) => thread.id !== this.current) : [];
    return [channel, ...aside].reduce((sum, { id }) => sum + (this.unread.get(this.keyOf(id)) ?? 0), 0);
  }

  unreadInAll() {
    const places = [this.direct, ...this.channels];
    return places.reduce((sum, { id }) => sum + (this.unread.get(this.keyOf(id)) ?? 0), 0);
  }

  // What is new stays marked in a forum's list until something else is opened.
  readAll(place) {
    this.fresh.clear();
    const channel = this.channel(place);
    for (const { id } of [{ id: place }, ...(isForum(channel) ? this.childrenOf(channel) : [])]) {
      if (this.unread.delete(this.keyOf(id)) && id !== place) this.fresh.add(id);
    }
  }
}
