// mount.js: what Streamlit calls. One player belongs to one place of the page.

import { Arrival } from "./arrival.js";
import { Player } from "./player.js";
import { shownBy } from "./shown.js";
import { answerShown, takeFromLink } from "../watch/link.js";
import { partOf } from "../watch/stream.js";

/** @type {WeakMap<ParentNode, { arrival: Arrival, player: Player, call: number }>} */
const players = new WeakMap();

/**
 * Streamlit calls this again whenever data or theme change, on the same parent, without cleaning up first. What it
 * calls on leaving may belong to an earlier call; only that of the last one takes the player down.
 * @param {import("../watch/stream.js").Call<import("./arrival.js").Source>} given
 */
export default function mount({ data, parentElement, setTriggerValue }) {
  let entry = players.get(parentElement);
  if (!entry) {
    const player = new Player(partOf(parentElement, ".player"));
    player.wish = takeFromLink(player.root, "player");
    answerShown(player.root, () => shownBy(player));
    entry = { arrival: new Arrival(player), player, call: 0 };
    players.set(parentElement, entry);
  }
  const call = ++entry.call;
  entry.arrival.show(data, setTriggerValue);
  return () => {
    if (call !== entry.call) return;
    entry.call = 0;
    entry.arrival.leave();
    entry.player.destroy();
    players.delete(parentElement);
  };
}
