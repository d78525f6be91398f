// copy_link.js: "Copy link", on every page: the link of what is on show, copied, and as a QR code for the room.

import { fetchFromApp } from "../watch/stream.js";
import { CLASS_PARTS, classWishes, linkForClass } from "./class_link.js";
import { linkTo, shownOnPage } from "./link_of_page.js";

const LONGEST = 700; // characters of a QR code, as in bnviz/ui/server/qr.py
const BETWEEN_LOOKS = 250; // milliseconds between two looks at whether the page has another address
const SELF = ["localhost", "127.0.0.1", "[::1]"];
const ICON =
  '<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor"><path d="M3.9 12a3.1 3.1 0 0 1 3.1-3.1h4V7H7a5 5 0 0 0 0 10h4v-1.9H7A3.1 3.1 0 0 1 3.9 12zM8 13h8v-2H8v2zm9-6h-4v1.9h4a3.1 3.1 0 0 1 0 6.2h-4V17h4a5 5 0 0 0 0-10z"/></svg>';

const STYLE = `
:host { --ink: var(--bnviz-ink, #222); --ground: var(--bnviz-ground, #fff); --accent: var(--bnviz-focus, #0b5394);
  color: var(--ink); font: 1rem/1.4 "Source Sans", sans-serif; }
button { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.open { position: fixed; z-index: 999991; top: 0.75rem; right: 3.75rem; display: flex; gap: 0.4rem; align-items: center;
  min-height: 2.25rem; padding: 0 0.6rem; border: 0; border-radius: 0.5rem; background: transparent; }
.open:hover { background: color-mix(in srgb, var(--ink) 8%, var(--ground)); }
dialog { box-sizing: border-box; width: min(34rem, 100vw - 2rem); max-height: calc(100dvh - 2rem); padding: 1.25rem;
  color: inherit; background: var(--ground); border: 1px solid color-mix(in srgb, var(--ink) 30%, var(--ground));
  border-radius: 0.75rem; overflow: auto; }
dialog::backdrop { background: rgb(0 0 0 / 50%); }
h2 { margin: 0; font-size: 1.25rem; }
.top, .row { display: flex; gap: 0.75rem; align-items: center; justify-content: space-between; }
.close { min-width: 2.25rem; min-height: 2.25rem; border: 0; background: none; font-size: 1.25rem; line-height: 1; }
.row { margin-top: 0.75rem; align-items: stretch; }
textarea { flex: 1; min-width: 0; box-sizing: border-box; resize: none; padding: 0.5rem; font: 0.9375rem/1.4 monospace;
  color: inherit; background: color-mix(in srgb, var(--ink) 6%, var(--ground)); overflow-wrap: anywhere;
  border: 1px solid color-mix(in srgb, var(--ink) 45%, var(--ground)); border-radius: 0.5rem; }
.copy { padding: 0 1rem; border: 0; border-radius: 0.5rem; color: var(--ground); background: var(--accent);
  font-weight: 600; }
label { display: flex; gap: 0.5rem; align-items: center; min-height: 2rem; margin-top: 0.5rem; }
input { width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
p { margin: 0.5rem 0 0; }
p:empty { display: none; }
.said { min-height: 1.4em; display: block; font-weight: 600; }
img { display: block; width: min(100%, 62dvh); margin: 0.75rem auto 0; background: #fff; border-radius: 0.5rem;
  aspect-ratio: 1; image-rendering: pixelated; }
:is(img, label)[hidden] { display: none; }
@media (max-width: 640px) { .open { top: 0.5rem; right: 3.25rem; } }
@media (forced-colors: active) { button, dialog { border: 1px solid; } }
@media print { :host { display: none; } }
`;

const BODY = `
<button type="button" class="open" aria-haspopup="dialog">${ICON}<span>Copy link</span></button>
<dialog aria-labelledby="title">
  <div class="top"><h2 id="title">Link to this page</h2><button type="button" class="close" aria-label="Close">✕</button></div>
  <div class="row"><textarea readonly rows="3" aria-label="Link" spellcheck="false"></textarea><button type="button" class="copy">Copy</button></div>
  <p class="said" role="status"></p>
  <label><input type="checkbox" checked /><span>As it looks now, and not from the start</span></label>
  <label><input type="checkbox" class="hides" /><span>Answers hidden until they are revealed</span></label>
  <label><input type="checkbox" class="presents" /><span>In presenter mode</span></label>
  <p class="note"></p>
  <p class="long" hidden>This link is too long for a QR code.</p>
  <img alt="QR code of this link" hidden />
</dialog>`;

/**
 * Put the button on the page, outside of what Streamlit draws.
 * @param {Window} window
 */
export function offerLink(window) {
  const { document } = window;
  const host = document.createElement("div");
  host.className = "bnviz-copy-link";
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${STYLE}</style>${BODY}`;
  // Before the page: whoever goes by keys meets it once, and first.
  document.body.prepend(host);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  // The page has keys of its own, which are not meant here.
  for (const press of ["keydown", "keyup", "keypress"]) {
    host.addEventListener(press, (event) => event.stopPropagation());
  }
  const dialog = new LinkDialog(window, root);
  part(".open").addEventListener("click", () => dialog.open());
}

/** The link of the page in words, as a picture, and what copies it. */
class LinkDialog {
  /**
   * @param {Window} window
   * @param {ShadowRoot} root
   */
  constructor(window, root) {
    this.window = window;
    this.part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
    this.dialog = /** @type {HTMLDialogElement} */ (this.part("dialog"));
    this.text = /** @type {HTMLTextAreaElement} */ (this.part("textarea"));
    this.choice = /** @type {HTMLInputElement} */ (this.part("input"));
    this.picture = /** @type {HTMLImageElement} */ (this.part("img"));
    this.boxes = /** @type {Record<keyof typeof CLASS_PARTS, HTMLInputElement>} */ (
      Object.fromEntries(Object.keys(CLASS_PARTS).map((box) => [box, this.part(`.${box}`)]))
    );
    /** @type {Record<string, string>} */
    this.shown = {};
    this.link = "";
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.looking = undefined;
    this.part(".close").addEventListener("click", () => this.dialog.close());
    this.part(".copy").addEventListener("click", () => this.copy());
    for (const box of [this.choice, ...Object.values(this.boxes)]) box.addEventListener("change", () => this.write());
    this.text.addEventListener("focus", () => this.text.select());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog && isOutside(this.dialog, event)) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => clearInterval(this.looking));
  }

  open() {
    // What plays goes on; the link is of this moment.
    this.shown = shownOnPage(this.window);
    this.choice.checked = true;
    const wishes = classWishes(this.window.location.search);
    this.boxes.hides.checked = wishes.hides;
    this.boxes.presents.checked = wishes.presents;
    this.link = "";
    this.part(".note").textContent = this.notes().join(" ");
    this.write();
    this.dialog.showModal();
    this.copy();
    // A control that was moved a moment ago reaches the address a moment later.
    this.looking = setInterval(() => this.write(), BETWEEN_LOOKS);
  }

  write() {
    const wishes = { hides: this.boxes.hides.checked, presents: this.boxes.presents.checked };
    // Where answers are hidden the picture stands still, at its start.
    const shown = wishes.hides ? {} : this.shown;
    /** @type {HTMLElement} */ (this.choice.parentElement).hidden = !Object.keys(shown).length;
    const link = linkForClass(linkTo(this.window.location, this.choice.checked ? shown : {}), wishes);
    if (link === this.link) return;
    this.link = this.text.value = link;
    this.part(".said").textContent = "";
    this.draw(link);
  }

  /** What a reader is to know of this link, from the page and from the address. */
  notes() {
    const { document, location } = this.window;
    const said = [...document.querySelectorAll("[class*='st-key-link_note']")].map((each) => each.textContent.trim());
    if (SELF.includes(location.hostname)) said.push("This address works on this computer only.");
    return said;
  }

  /** @param {string} link */
  async draw(link) {
    const tooLong = link.length > LONGEST;
    const answer = tooLong ? null : await fetchFromApp(`bnviz/qr?text=${encodeURIComponent(link)}`);
    const image = answer && new Blob([await answer.arrayBuffer()], { type: "image/svg+xml" });
    if (link !== this.link) return;
    URL.revokeObjectURL(this.picture.src);
    this.picture.hidden = !image;
    if (image) this.picture.src = URL.createObjectURL(image);
    this.part(".long").hidden = !tooLong;
  }

  async copy() {
    const { navigator, document } = this.window;
    // Without a secure address there is no clipboard; what is selected can be copied even so.
    const copied = await (navigator.clipboard?.writeText(this.link) ?? Promise.reject()).then(
      () => true,
      () => {
        this.text.focus();
        this.text.select();
        return document.execCommand("copy");
      },
    );
    this.part(".said").textContent = copied ? "Copied." : "Press Ctrl+C to copy the link.";
  }
}

/**
 * @param {HTMLElement} element
 * @param {MouseEvent} event
 */
function isOutside(element, { clientX, clientY }) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
