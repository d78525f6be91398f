// examples.js: one example in words.

/**
 * @param {import("./recording.js").Recording} recording
 * @param {number} example
 */
export function nameExample(recording, example) {
  const label = recording.arrays.example_labels[example];
  const image = recording.examples?.kind === "image";
  return image ? `image ${example + 1}, a ${label}` : `example ${example + 1}, of class ${label}`;
}
