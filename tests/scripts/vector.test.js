import assert from "node:assert/strict";
import { test } from "node:test";

import { Vector } from "../../bnviz/ui/vector.js";

const ABOVE = /** @type {Record<string, number>} */ ({ alphabetic: 0.8, middle: 0.3, top: 0 });
const COLORS = /** @type {Record<string, string>} */ ({ red: "#ff0000", veil: "rgba(1, 2, 3, 0.5)" });

/** A browser in which a letter is half as wide as it is high. @type {import("../../bnviz/ui/vector.js").Asked} */
const ASKED = {
  measure: (words, font, baseline) => {
    const size = parseFloat(font.split(" ").find((part) => part.endsWith("px")) ?? "");
    const above = ABOVE[baseline] * size;
    return { width: (words.length * size) / 2, fontBoundingBoxAscent: above, fontBoundingBoxDescent: size - above };
  },
  color: (color) => COLORS[color] ?? color,
  address: (source, part) => `data:${source.name}${part ?? ""}`,
};

const written = (/** @type {(vector: Vector) => void} */ draw) => {
  const vector = new Vector(ASKED);
  draw(vector);
  return vector.written();
};

const attribute = (/** @type {string} */ text, /** @type {string} */ name) =>
  new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1];

test("a path is filled and stroked in its colors, and both shares of opacity count", () => {
  const text = written((vector) => {
    vector.beginPath();
    vector.moveTo(1, 2);
    vector.lineTo(3.456, 4);
    vector.closePath();
    vector.globalAlpha = 0.5;
    vector.fillStyle = "veil";
    vector.fill();
    vector.globalAlpha = 1;
    vector.strokeStyle = "red";
    vector.lineWidth = 3;
    vector.setLineDash([6, 2]);
    vector.stroke();
  });
  assert.equal(
    text,
    '<path d="M1 2L3.46 4Z" fill="rgb(1,2,3)" fill-opacity="0.25"/>' +
      '<path d="M1 2L3.46 4Z" fill="none" stroke="#ff0000" stroke-width="3" stroke-linejoin="miter" ' +
      'stroke-dasharray="6 2"/>',
  );
});

test("a rectangle leaves the path that was begun as it is", () => {
  const text = written((vector) => {
    vector.beginPath();
    vector.moveTo(0, 0);
    vector.fillRect(5, 6, 7, 8);
    vector.lineTo(1, 1);
    vector.stroke();
  });
  const paths = [...text.matchAll(/ d="([^"]*)"/g)].map(([, path]) => path);
  assert.deepEqual(paths, ["M5 6h7v8h-7Z", "M0 0L1 1"]);
});

test("what is saved comes back, with the matrix, the dashes and the clip", () => {
  const vector = new Vector(ASKED);
  vector.save();
  vector.translate(10, 20);
  vector.scale(2, 2);
  vector.setLineDash([1]);
  vector.globalAlpha *= 0.5;
  vector.rect(0, 0, 1, 1);
  vector.clip();
  vector.restore();
  assert.deepEqual([vector.matrix, vector.dash, vector.globalAlpha, vector.clipped], [[1, 0, 0, 1, 0, 0], [], 1, ""]);
});

test("moves apply from the last to the first, as on a canvas", () => {
  const text = written((vector) => {
    vector.translate(10, 20);
    vector.rotate(Math.PI / 2);
    vector.scale(2, 3);
    vector.fillRect(0, 0, 1, 1);
  });
  assert.equal(attribute(text, "transform"), "matrix(0 2 -3 0 10 20)");
});

test("a circle is two halves, and an arc a part of it", () => {
  const circle = written((vector) => {
    vector.arc(5, 5, 2, 0, 2 * Math.PI);
    vector.fill();
  });
  assert.equal(attribute(circle, "d"), "M7 5A2 2 0 0 1 3 5A2 2 0 0 1 7 5");
  const part = (/** @type {number} */ to) =>
    attribute(
      written((vector) => {
        vector.moveTo(5, 5);
        vector.arc(5, 5, 2, 0, to);
        vector.fill();
      }),
      "d",
    );
  assert.equal(part(Math.PI / 2), "M5 5L7 5A2 2 0 0 1 5 7");
  assert.equal(part(1.5 * Math.PI), "M5 5L7 5A2 2 0 1 1 5 3");
});

test("round corners are no larger than a box has room for", () => {
  const text = written((vector) => {
    vector.roundRect(0, 0, 10, 4, 9);
    vector.fill();
  });
  assert.equal(attribute(text, "d"), "M2 0h6a2 2 0 0 1 2 2v0a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2v0a2 2 0 0 1 2 -2Z");
});

test("words stand on the line that their baseline means, as wide as measured, and cannot be markup", () => {
  const text = written((vector) => {
    vector.font = 'italic 600 20px "Some Font", serif';
    vector.textAlign = "right";
    vector.textBaseline = "middle";
    vector.fillText('a<b & "c"', 30, 40);
    vector.fillText("", 0, 0);
  });
  assert.equal(text.match(/<text/g)?.length, 1);
  assert.deepEqual(
    ["x", "y", "text-anchor", "textLength", "font-size", "font-weight", "font-style", "font-family"].map((name) =>
      attribute(text, name),
    ),
    ["30", "50", "end", "90", "20", "600", "italic", "&#34;Some Font&#34;, serif"],
  );
  assert.ok(text.endsWith(">a&#60;b &#38; &#34;c&#34;</text>"), text);
});

test("a clip inside another one keeps to both, and neighbors in one clip share a group", () => {
  const vector = new Vector(ASKED);
  const clipTo = (/** @type {number} */ side) => {
    vector.beginPath();
    vector.rect(0, 0, side, side);
    vector.clip();
  };
  clipTo(9);
  vector.fillRect(0, 0, 1, 1);
  vector.fillRect(0, 0, 2, 2);
  vector.save();
  clipTo(5);
  vector.fillRect(0, 0, 3, 3);
  vector.restore();
  vector.fillRect(0, 0, 4, 4);
  assert.deepEqual(vector.definitions, [
    '<clipPath id="d0"><path d="M0 0h9v9h-9Z"/></clipPath>',
    '<clipPath id="d1" clip-path="url(#d0)"><path d="M0 0h5v5h-5Z"/></clipPath>',
  ]);
  const shape = vector.written().replace(/<path[^>]*M0 0h(\d)[^>]*>/g, "$1");
  assert.equal(shape, '<g clip-path="url(#d0)">12</g><g clip-path="url(#d1)">3</g><g clip-path="url(#d0)">4</g>');
});

test("a picture, and each part of it, is written once and stands where and as large as it is drawn", () => {
  const vector = new Vector(ASKED);
  const [first, second] = [
    { name: "a", width: 4, height: 2 },
    { name: "b", width: 1, height: 1 },
  ];
  vector.drawImage(first, 10, 20);
  vector.globalAlpha = 0.5;
  vector.drawImage(first, 30, 40, 8, 8);
  vector.drawImage(first, 1, 0, 2, 2, 50, 60, 6, 6);
  vector.drawImage(second, 0, 0);
  assert.deepEqual(
    vector.definitions.map((text) => attribute(text, "href")),
    ["data:a", "data:a1,0,2,2", "data:b"],
  );
  const uses = vector.written().match(/<use[^>]*>/g) ?? [];
  assert.deepEqual(
    uses.map((use) => [attribute(use, "href"), attribute(use, "opacity"), attribute(use, "transform")]),
    [
      ["#d0", undefined, "matrix(4 0 0 2 10 20)"],
      ["#d0", "0.5", "matrix(8 0 0 8 30 40)"],
      ["#d1", "0.5", "matrix(6 0 0 6 50 60)"],
      ["#d2", "0.5", undefined],
    ],
  );
});

test("what is drawn again is written once, in each place with the clip and the strength of that place", () => {
  const vector = new Vector(ASKED);
  const lines = {};
  let calls = 0;
  const draw = () => {
    calls += 1;
    vector.globalAlpha = 0.25;
    vector.strokeRect(0, 0, 1, 1);
  };
  for (const alpha of [1, 0.5]) {
    vector.save();
    vector.globalAlpha *= alpha;
    vector.beginPath();
    vector.rect(alpha, 0, 1, 1);
    vector.clip();
    vector.again(lines, draw);
    vector.restore();
  }
  assert.equal(calls, 1);
  const [, group] = vector.definitions;
  assert.equal(attribute(group, "stroke-opacity"), "0.25");
  assert.equal(vector.globalAlpha, 1);
  assert.equal(
    vector.written(),
    '<g clip-path="url(#d0)"><use href="#d1"/></g><g clip-path="url(#d2)"><use href="#d1" opacity="0.5"/></g>',
  );
});

test("a file has its size and what is referred to", () => {
  const vector = new Vector(ASKED);
  vector.drawImage({ name: "a", width: 1, height: 1 }, 0, 0);
  const file = vector.file(30, 20);
  assert.match(
    file,
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="30" height="20" viewBox="0 0 30 20"><defs>/,
  );
  assert.match(file, /<defs><image id="d0"[^>]*><\/defs><use href="#d0"\/><\/svg>\n$/);
});
