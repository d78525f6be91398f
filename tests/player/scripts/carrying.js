// carrying.js: what the player makes of bytes that a notebook or a file hands over.

import { bytesOf } from "../../../bnviz/ui/player/carried.js";
import { inflated } from "../../../bnviz/ui/watch/stream.js";

/** The bytes of `text`, base64 of what gzip made of them, handed over as one of several kinds, inside of a larger buffer. */
export async function carried(text, kind) {
  const bytes = Buffer.from(text, "base64");
  const buffer = new ArrayBuffer(bytes.length + 10);
  new Uint8Array(buffer).set(bytes, 3);
  const given = {
    DataView: new DataView(buffer, 3, bytes.length),
    Uint8Array: new Uint8Array(buffer, 3, bytes.length),
    ArrayBuffer: buffer.slice(3, 3 + bytes.length),
    text,
  };
  return [...(await inflated(bytesOf(given[kind])))];
}
