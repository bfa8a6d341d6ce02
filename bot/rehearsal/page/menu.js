// The menu of a message: what the bot's message commands do with it.
import { make } from "./cards.js";
import { localized } from "./language.js";

const MARGIN = 8; // in pixels, to the edges of the window

export class MessageMenu {
  // `node` is the popover; `use(command, message)` runs a message command.
  constructor({ node, use }) {
    Object.assign(this, { node, use });
    node.addEventListener("keydown", (event) => this.onKey(event));
  }

  open(button, message, commands) {
    const items = commands.map((command) => {
      const item = make("button", "menu-item", localized(command, "name"));
      item.type = "button";
      item.setAttribute("role", "menuitem");
      item.addEventListener("click", () => {
        this.node.hidePopover();
        this.use(command, message);
      });
      return item;
    });
    this.node.replaceChildren(make("div", "menu-head", "Apps"), ...items);
    this.node.showPopover();
    this.stand(button.getBoundingClientRect());
    items[0]?.focus();
  }

  stand({ right, bottom, top }) {
    const { width, height } = this.node.getBoundingClientRect();
    const below = bottom + height + MARGIN < innerHeight;
    this.node.style.left = `${Math.max(MARGIN, right - width)}px`;
    this.node.style.top = `${Math.max(MARGIN, below ? bottom + 4 : top - height - 4)}px`;
  }

  onKey(event) {
    const items = [...this.node.querySelectorAll(".menu-item")];
    const step = { ArrowDown: 1, ArrowUp: items.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step) % items.length]?.focus();
  }
}
