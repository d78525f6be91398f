// stream.js: what the server tells of the jobs that this tab waits for (messages: bnviz/ui/server/stream.py).

/**
 * What Streamlit calls a component with: its data, the place of the page that it has, and how it answers.
 * @template Data
 * @typedef {{ data: Data, parentElement: HTMLElement | ShadowRoot, setTriggerValue: Trigger }} Call
 */

/**
 * @typedef {(name: string, value: unknown) => void} Trigger
 *
 * What all components of a tab share.
 * @typedef {{ bnvizAsked?: Promise<unknown>, bnvizLeft?: number, bnvizTouched?: number, bnvizStreams?: Map<string, JobStream> }} Shared
 *
 * What the server tells of a job (see the table in stream.py).
 * @typedef {{ kind: "waiting", watch: string, ahead: number }} Waiting
 * @typedef {{ kind: "running", watch: string, step: number, losses: (number | null)[], seconds: number }} Running
 * @typedef {{ kind: "part", watch: string, gzip?: boolean }} Part
 * @typedef {{ kind: "more", watch: string }} More
 * @typedef {{ kind: "ended", watch: string, ending: string }} Ended
 * @typedef {Waiting | Running | Part | More | Ended} News
 *
 * A place of the page that waits: it hears the news, and looks for itself when there is long none.
 * @typedef {{ hear: (news: News, payload: Uint8Array<ArrayBuffer>) => void, look: () => void }} Place
 */

const SILENCE = 4000; // milliseconds without a word after which a place looks for itself
const LOOK_AGAIN = 2000; // and between two such looks
const BETWEEN = 60; // milliseconds between two parts of the page that are asked for
const AT_REST = 500; // since the reader's hand moved, before a part is asked for
const PATIENT = 5000; // that a restless hand may put this off
const ON_THE_WAY = 2500; // milliseconds that a reader may be on the way to another page

const shared = /** @type {Window & Shared} */ (window);

/** Where the root of the app may be: only the browser knows, and a page lies beside it or one level below. */
export const ROOTS = ["./", "../", "/"];

/**
 * The answer at an address that counts from the root of the app, or null.
 * @param {string} address
 * @param {RequestInit} [options]
 */
export async function fetchFromApp(address, options) {
  for (const root of ROOTS) {
    const answer = await fetch(new URL(root + address, window.location.href), options).catch(() => null);
    // Where there is nothing of the kind, Streamlit may answer with its page.
    if (answer?.ok && answer.headers.get("content-type")?.startsWith("application/octet-stream")) return answer;
  }
  return null;
}

/** Say that the reader sets out for another page. */
export function leavePage() {
  shared.bnvizLeft = Date.now();
}

const pause = () => new Promise((done) => setTimeout(done, BETWEEN));

/** Say that the reader's hand moves. */
export function touchPage() {
  shared.bnvizTouched = Date.now();
}

/** Wait until the reader's hand rests, and what it has moved was sent: a slider of Streamlit sends after 200 ms. */
async function untilCalm() {
  const restless = () => Date.now() - (shared.bnvizTouched ?? -Infinity) < AT_REST;
  for (let waited = 0; waited < PATIENT && restless(); waited += BETWEEN) await pause();
}

/**
 * Ask the page for a part of itself, one part after the other and none with what the reader moves: of what is asked for
 * in one breath, in several parts of the page, Streamlit runs one part.
 * Once the reader has set out for another page, nothing is asked for by what was there `since` before: Streamlit would
 * run that part in place of the new page, and leave that empty. Who still has no answer later asks again.
 * @param {() => void} ask
 * @param {number} [since]
 */
export function askInTurn(ask, since = Infinity) {
  const askOfThisPage = () => {
    const { bnvizLeft: left = -Infinity } = shared;
    if (since > left || Date.now() - left > ON_THE_WAY) ask();
  };
  shared.bnvizAsked = (shared.bnvizAsked ?? Promise.resolve())
    .then(untilCalm)
    .then(askOfThisPage)
    .catch(() => null)
    .then(pause);
}

/**
 * A part that the page of a component is written with.
 * @param {ParentNode} root
 * @param {string} selector
 */
export function partOf(root, selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}

/**
 * Let the page know whether a place waits: what is inside of a component cannot be seen from outside.
 * @param {Element} root
 * @param {boolean} waits
 */
export function showWaiting(root, waits) {
  const host = /** @type {Partial<ShadowRoot> | undefined} */ (root.getRootNode?.())?.host;
  if (!host || host.classList.contains("bnviz-watch") === waits) return;
  host.classList.toggle("bnviz-watch", waits);
  window.dispatchEvent(new Event("bnviz-waiting"));
}

/** Takes bytes as they come, and gives the messages that are complete. */
export class Messages {
  constructor() {
    this.bytes = new Uint8Array(0);
  }

  /**
   * @param {Uint8Array} chunk
   * @returns {Generator<[News, Uint8Array<ArrayBuffer>]>}
   */
  *take(chunk) {
    const bytes = new Uint8Array(this.bytes.length + chunk.length);
    bytes.set(this.bytes);
    bytes.set(chunk, this.bytes.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    while (bytes.length >= at + 4) {
      const header = view.getUint32(at, true);
      if (bytes.length < at + 8 + header) break;
      const payload = view.getUint32(at + 4 + header, true);
      const end = at + 8 + header + payload;
      if (bytes.length < end) break;
      const words = JSON.parse(new TextDecoder().decode(bytes.subarray(at + 4, at + 4 + header)));
      yield [words, bytes.slice(at + 8 + header, end)];
      at = end;
    }
    this.bytes = bytes.slice(at);
  }
}

/**
 * What gzip made of `bytes` before.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function inflated(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** One connection for all places of a tab, open for as long as one of them waits. */
export class JobStream {
  /**
   * The one that belongs to an address, for all components of this tab.
   * @param {string} address
   */
  static at(address) {
    shared.bnvizStreams ??= new Map();
    const found = shared.bnvizStreams.get(address) ?? new JobStream(address);
    shared.bnvizStreams.set(address, found);
    return found;
  }

  /** @param {string} address */
  constructor(address) {
    this.address = address;
    /** @type {Map<string, Place>} by their watches */
    this.places = new Map();
    /** @type {Set<string>} watches that were told of while no place had them */
    this.missed = new Set();
    /** @type {AbortController | null} */
    this.connection = null;
    this.running = false;
  }

  /**
   * Hear everything about a watch, from its beginning, until it has ended or the returned function is called.
   * @param {string} watch
   * @param {Place} place
   */
  join(watch, place) {
    this.places.set(watch, place);
    if (!this.running) this.run();
    else if (this.missed.has(watch)) this.connection?.abort(); // a new one tells everything anew
    return () => {
      if (this.places.get(watch) !== place) return;
      this.places.delete(watch);
      if (!this.places.size) this.connection?.abort();
    };
  }

  async run() {
    this.running = true;
    await new Promise((done) => setTimeout(done)); // the other places of the page join before it is opened
    while (this.places.size) {
      this.missed.clear();
      const again = (this.connection = new AbortController());
      await this.read(again.signal).catch(() => null);
      if (again.signal.aborted) continue;
      // Whoever still waits was told nothing: the server has forgotten, or nothing comes through.
      for (const place of this.places.values()) place.look();
      if (this.places.size) await new Promise((done) => setTimeout(done, LOOK_AGAIN));
    }
    this.running = false;
  }

  /** @param {AbortSignal} signal */
  async read(signal) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        for (const place of this.places.values()) place.look();
        listen();
      }, SILENCE);
    };
    try {
      listen();
      const answer = await fetchFromApp(this.address, { signal, cache: "no-store" });
      if (!answer?.body) return;
      const messages = new Messages();
      for (const reader = answer.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) return;
        listen();
        for (const [words, payload] of messages.take(value)) {
          this.pass(words, "gzip" in words && words.gzip ? await inflated(payload) : payload);
        }
      }
    } finally {
      clearTimeout(silence);
    }
  }

  /**
   * @param {News} words
   * @param {Uint8Array<ArrayBuffer>} payload
   */
  pass(words, payload) {
    const place = this.places.get(words.watch);
    if (!place) {
      this.missed.add(words.watch);
      return;
    }
    if (words.kind === "ended") this.places.delete(words.watch);
    place.hear(words, payload);
  }
}
