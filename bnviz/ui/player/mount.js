// mount.js: what Streamlit calls. One player belongs to one place of the page.

import { Arrival } from "./arrival.js";
import { Player } from "./player.js";
import { shownBy } from "./shown.js";
import { answerShown, takeFromLink } from "../watch/link.js";
import { Places } from "../watch/places.js";
import { partOf } from "../watch/stream.js";

/** @type {Places<Arrival>} */
const players = new Places(
  (parent) => {
    const player = new Player(partOf(parent, ".player"));
    player.wish = takeFromLink(player.root, "player");
    answerShown(player.root, () => shownBy(player));
    return new Arrival(player);
  },
  ({ player }) => player.destroy(),
);

/** @param {import("../watch/stream.js").Call<import("./arrival.js").Source>} given */
export default function mount({ data, parentElement, setTriggerValue }) {
  const { thing: arrival, onLeave } = players.at(parentElement);
  arrival.show(data, setTriggerValue);
  return onLeave(() => arrival.leave());
}
