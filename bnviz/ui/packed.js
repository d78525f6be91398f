// packed.js: reads what packing.py wrote: a header and typed arrays in one value of bytes.

const ARRAY_TYPES = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array };

/** @typedef {Uint8Array | Uint16Array | Int32Array | Float32Array} Numbers */

/**
 * @param {Uint8Array} bytes
 * @returns {{ header: any, arrays: Record<string, any>, shapes: Record<string, number[]> }}
 */
export function unpack(bytes) {
  // Streamlit hands over a view at an odd offset of a larger buffer; wider numbers need an aligned copy.
  const buffer = bytes.slice().buffer;
  const headerLength = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength)));
  /** @type {Record<string, Numbers>} */
  const arrays = {};
  /** @type {Record<string, number[]>} */
  const shapes = {};
  for (const { name, dtype, shape, offset } of header.sections) {
    const length = shape.reduce((/** @type {number} */ product, /** @type {number} */ size) => product * size, 1);
    arrays[name] = new ARRAY_TYPES[/** @type {keyof typeof ARRAY_TYPES} */ (dtype)](
      buffer,
      4 + headerLength + offset,
      length,
    );
    shapes[name] = shape;
  }
  return { header, arrays, shapes };
}
