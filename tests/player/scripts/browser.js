// browser.js: time and a network under the test's control, in the place of a browser's.

/** Let everything happen that waits for nothing but its turn. */
async function settled() {
  for (let round = 0; round < 3; round++) await new Promise((done) => setImmediate(done));
}

/** Timers that run when the test lets time pass. */
export class FakeTime {
  constructor() {
    this.now = 0;
    this.last = 0;
    this.timers = new Map();
    this.real = {};
    const names = ["setTimeout", "setInterval", "clearTimeout", "clearInterval"];
    for (const name of names) this.real[name] = globalThis[name];
    const start =
      (every) =>
      (call, pause = 0) => {
        this.timers.set(++this.last, { call, at: this.now + pause, every: every ? pause : null });
        return this.last;
      };
    const clear = (timer) => void this.timers.delete(timer);
    Object.assign(globalThis, {
      setTimeout: start(false),
      setInterval: start(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  async pass(milliseconds) {
    const until = this.now + milliseconds;
    for (;;) {
      await settled();
      const next = [...this.timers].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next) break;
      const [number, timer] = next;
      this.now = timer.at;
      if (timer.every === null) this.timers.delete(number);
      else timer.at += timer.every;
      timer.call();
    }
    this.now = until;
    await settled();
  }

  restore() {
    Object.assign(globalThis, this.real);
  }
}

/** Answers every request by a stream of bytes that the test feeds, or refuses it. */
export class FakeNetwork {
  constructor() {
    this.asked = [];
    this.connections = [];
    this.refusing = false;
    globalThis.fetch = async (url, { signal } = {}) => {
      this.asked.push(String(url));
      if (this.refusing) throw new Error("refused");
      const connection = { chunks: [], state: "open", wake: () => null, aborted: false };
      this.connections.push(connection);
      signal.addEventListener("abort", () => {
        connection.state = "broken";
        connection.aborted = true;
        connection.wake();
      });
      const read = async () => {
        while (!connection.chunks.length && connection.state === "open") {
          await new Promise((done) => {
            connection.wake = done;
          });
        }
        if (connection.state === "broken") throw new Error("the connection broke");
        return connection.chunks.length ? { done: false, value: connection.chunks.shift() } : { done: true };
      };
      return { ok: true, headers: { get: () => "application/octet-stream" }, body: { getReader: () => ({ read }) } };
    };
  }

  get connection() {
    return this.connections.at(-1);
  }

  send(bytes) {
    this.connection.chunks.push(Uint8Array.from(bytes));
    this.connection.wake();
  }

  /** Let the connection be "ended" or "broken". */
  close(state) {
    this.connection.state = state;
    this.connection.wake();
  }
}
