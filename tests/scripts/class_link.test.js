// What a teacher asks of a link is in it, once, and what is not asked for is not.

import assert from "node:assert/strict";
import { test } from "node:test";

import { classWishes, linkForClass } from "../../bnviz/ui/page/class_link.js";

const PAGE = "https://app.example/base/same_functions";
const NONE = { hides: false, presents: false };

test("each box sets its part", () => {
  assert.equal(linkForClass(PAGE, { ...NONE, hides: true }), `${PAGE}?answers=hidden`);
  assert.equal(linkForClass(`${PAGE}?seed=2`, { ...NONE, presents: true }), `${PAGE}?seed=2&presenter=1`);
});

test("what is not wished for goes", () => {
  assert.equal(linkForClass(`${PAGE}?answers=hidden&seed=2&presenter=1`, NONE), `${PAGE}?seed=2`);
  assert.equal(linkForClass(`${PAGE}?answers=hidden`, NONE), PAGE);
});

test("a link that hides answers gives none away", () => {
  assert.equal(linkForClass(`${PAGE}?guess=shown`, { ...NONE, hides: true }), `${PAGE}?answers=hidden`);
  assert.equal(linkForClass(`${PAGE}?guess=shown`, NONE), `${PAGE}?guess=shown`);
});

test("boxes begin as the address has it", () => {
  assert.deepEqual(classWishes("?answers=hidden&presenter=1"), { hides: true, presents: true });
  assert.deepEqual(classWishes("?answers=shown&presenter=0"), NONE);
});
