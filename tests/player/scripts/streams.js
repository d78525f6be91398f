// streams.js: what the places of a page hear of one stream.

import { askInTurn, JobStream, Messages, touchPage } from "../../../bnviz/ui/watch/stream.js";
import { FakeNetwork, FakeTime } from "./browser.js";

/** Numbered messages [watch words, length, first byte of the payload] that come out of chunks of bytes. */
export function messages(chunks) {
  const found = [];
  const reader = new Messages();
  chunks.forEach((chunk, number) => {
    for (const [words, payload] of reader.take(Uint8Array.from(chunk))) found.push([number, words, [...payload]]);
  });
  return found;
}

/**
 * Places that wait at one stream: ["join", watch], ["leave", number of join], ["send", bytes], ["end"], ["break"],
 * ["refuse", whether], ["pass", milliseconds]. Tells after each act what was heard and who looked for itself since.
 */
export async function streaming(acts) {
  window.location.href = "http://host/";
  window.bnvizStreams = undefined;
  const { fetch } = globalThis;
  const time = new FakeTime();
  const network = new FakeNetwork();
  const leave = [];
  let heard = [];
  let looked = [];
  const acting = {
    join: (watch) =>
      leave.push(
        JobStream.at("bnviz/stream/token").join(watch, {
          hear: (words, payload) => heard.push([watch, words, [...payload]]),
          look: () => looked.push(watch),
        }),
      ),
    leave: (number) => leave[number](),
    send: (bytes) => network.send(bytes),
    end: () => network.close("ended"),
    break: () => network.close("broken"),
    refuse: (whether) => {
      network.refusing = whether;
    },
    pass: (milliseconds) => time.pass(milliseconds),
  };
  const after = [];
  try {
    for (const [what, ...given] of acts) {
      [heard, looked] = [[], []];
      await acting[what](...given);
      await time.pass(0);
      after.push({
        heard,
        looked,
        connections: network.connections.length,
        open: network.connections.filter(({ state }) => state === "open").length,
        aborted: network.connections.filter(({ aborted }) => aborted).length,
        running: JobStream.at("bnviz/stream/token").running,
        timers: time.timers.size,
      });
    }
  } finally {
    time.restore();
    globalThis.fetch = fetch;
  }
  return { after, asked: network.asked };
}

/** Which of the parts asks, that were there `since` so many milliseconds before the reader left, `ago` milliseconds. */
export async function leaving(ago, parts) {
  window.bnvizAsked = undefined;
  const left = Date.now() - ago;
  window.bnvizLeft = left;
  const time = new FakeTime();
  const asked = [];
  try {
    for (const before of parts) askInTurn(() => asked.push(before), left - before);
    await time.pass(100_000);
  } finally {
    time.restore();
    window.bnvizLeft = undefined;
  }
  return asked;
}

/** When a question is asked while the hand moves for so many milliseconds. */
export async function askingWhileMoved(moving) {
  window.bnvizAsked = undefined;
  const time = new FakeTime();
  const now = Date.now;
  const asked = [];
  try {
    Date.now = () => time.now;
    setInterval(() => time.now <= moving && touchPage(), 50);
    touchPage();
    askInTurn(() => asked.push(time.now));
    await time.pass(20_000);
  } finally {
    Date.now = now;
    window.bnvizTouched = undefined;
    time.restore();
  }
  return asked;
}

/** Times at which questions are asked, all in one breath; those of `failing` throw. */
export async function asking(count, failing) {
  window.bnvizAsked = undefined;
  const time = new FakeTime();
  const asked = [];
  try {
    for (let number = 0; number < count; number++) {
      askInTurn(() => {
        asked.push([number, time.now]);
        if (failing.includes(number)) throw new Error("nobody is there");
      });
    }
    await time.pass(100_000);
  } finally {
    time.restore();
  }
  return asked;
}
