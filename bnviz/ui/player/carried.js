// carried.js: bytes as they come outside of the app: from a notebook's kernel, or as text in a file.

/**
 * Bytes that a notebook hands over as a view, the app as an array and a file as text in base64.
 * @param {DataView | Uint8Array | ArrayBuffer | string} given
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(given) {
  if (typeof given === "string") return Uint8Array.from(atob(given), (character) => character.charCodeAt(0));
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  // A view may be a part of a larger buffer.
  return new Uint8Array(given.buffer, given.byteOffset, given.byteLength).slice();
}
